using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>Each property draws seeds (FsCheck prints the one that fails) and makes rules and data from them.</summary>
public sealed class RulePropertyTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void Any_tree_survives_being_written_as_text_and_read_again() => Prop.ForAll(Seeds, seed =>
    {
        var tree = new RandomRules(seed).Tree();
        string text = RuleText.Format(tree);
        var back = RuleText.Parse(text);
        return back.Errors.Count == 0 && tree.Equals(back.Expression) && RuleText.Format(back.Expression!) == text
            ? true
            : throw new InvalidOperationException($"{text}\n{string.Join('\n', back.Errors)}");
    }).Check(Thorough);

    [Fact]
    public void Any_tree_survives_being_written_as_JSON_and_read_again() => Prop.ForAll(Seeds, seed =>
    {
        var tree = new RandomRules(seed).Tree();
        string json = RuleJson.Write(tree).ToJsonString();
        var back = RuleJson.Read(json);
        return tree.Equals(back.Expression) ? true : throw new InvalidOperationException($"{json}\n{string.Join('\n', back.Errors)}");
    }).Check(Thorough);

    [Fact]
    public void Evaluation_agrees_with_the_reference_on_random_rules_and_profiles()
    {
        int answers = 0, missing = 0, overflows = 0;
        Prop.ForAll(Seeds, seed =>
        {
            var random = new RandomRules(seed);
            var tree = random.Typed();
            var bound = RuleBinder.Bind(tree, Sample.Schema, RuleUse.Value);
            Assert.True(bound.Rule is not null, $"{tree}\n{string.Join('\n', bound.Errors)}");
            for (int i = 0; i < 4; i++)
            {
                var profile = random.Profile();
                string expected = Expected(tree, profile), found = Found(bound.Rule, profile);
                Assert.True(expected == found, $"{tree}\nexpected {expected}\nfound    {found}");
                answers++;
                missing += found == "missing" ? 1 : 0;
                overflows += found == "overflow" ? 1 : 0;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

        // The comparison is worth something only while most rules have an answer.
        Assert.True(answers > 2 * (missing + overflows), $"{answers} answers, {missing} missing, {overflows} overflows");
    }

    [Fact]
    public void Dependencies_name_everything_that_an_evaluation_reads() => Prop.ForAll(Seeds, seed =>
    {
        var random = new RandomRules(seed);
        var rule = RuleBinder.Bind(random.Typed(), Sample.Schema, RuleUse.Value).Rule!;
        var spy = new SpyingSubject(random.Profile());
        try
        {
            rule.Evaluate(spy, Sample.Moment);
        }
        catch (RuleEvaluationException)
        {
            // What was read until then counts.
        }

        return spy.Attributes.IsSubsetOf(rule.Dependencies.Attributes)
            && spy.Types.IsSubsetOf(rule.Dependencies.Activities.Keys)
            && spy.Segments.IsSubsetOf(rule.Dependencies.Segments)
            && spy.Channels.IsSubsetOf(rule.Dependencies.Channels);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_rule_that_does_not_depend_on_time_answers_the_same_at_any_time() => Prop.ForAll(Seeds, seed =>
    {
        var random = new RandomRules(seed);
        var rule = RuleBinder.Bind(random.Typed(), Sample.Schema, RuleUse.Value).Rule!;
        var profile = random.Profile();
        return rule.Dependencies.TimeDependent
            || Found(rule, profile) == Found(rule, profile, new RuleMoment(Sample.Now.AddYears(3)));
    }).QuickCheckThrowOnFailure();

    private static Config Thorough => Config.QuickThrowOnFailure.WithMaxTest(3_000);

    private static string Expected(Expression tree, IRuleSubject profile)
    {
        try
        {
            return Show(new ReferenceEvaluator(profile, Sample.Schema, Sample.Now).Evaluate(tree));
        }
        catch (OverflowException)
        {
            return "overflow";
        }
    }

    private static string Found(BoundRule rule, IRuleSubject profile, RuleMoment? moment = null)
    {
        try
        {
            var value = rule.Evaluate(profile, moment ?? Sample.Moment);
            return Show(value.Type switch
            {
                null => null,
                DataType.Integer => value.AsInteger(),
                DataType.Decimal => value.AsDecimal(),
                DataType.Number => value.AsNumber(),
                DataType.Time => value.AsTime(),
                DataType.Date => value.AsDate(),
                _ => value.ToString(),
            });
        }
        catch (RuleEvaluationException)
        {
            return "overflow";
        }
    }

    // Equal amounts show alike, whatever their type or scale.
    private static string Show(object? value) => value switch
    {
        null => "missing",
        bool flag => flag ? "true" : "false",
        long integer => FormattableString.Invariant($"{integer}"),
        decimal amount => amount.ToString("0.############################", System.Globalization.CultureInfo.InvariantCulture),
        double number => FormattableString.Invariant($"n{(number == 0 ? 0.0 : number):R}"),
        DateOnly date => FormattableString.Invariant($"{date:yyyy-MM-dd}"),
        DateTimeOffset time => FormattableString.Invariant($"{time.UtcDateTime:O}"),
        _ => (string)value!,
    };

    private sealed class SpyingSubject(FakeProfile profile) : IRuleSubject
    {
        public HashSet<string> Attributes { get; } = [];

        public HashSet<string> Types { get; } = [];

        public HashSet<string> Segments { get; } = [];

        public HashSet<string> Channels { get; } = [];

        public Value Attribute(string name)
        {
            Attributes.Add(name);
            return profile.Attribute(name);
        }

        public IRuleSubject? Related(string relationship) => profile.Related(relationship);

        public IReadOnlyList<IRuleActivity> Activities(string type)
        {
            Types.Add(type);
            return profile.Activities(type);
        }

        public bool InSegment(string name)
        {
            Segments.Add(name);
            return profile.InSegment(name);
        }

        public bool Reachable(string channel)
        {
            Channels.Add(channel);
            return profile.Reachable(channel);
        }
    }
}
