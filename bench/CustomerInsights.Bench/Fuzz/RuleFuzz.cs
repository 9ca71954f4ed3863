using System.Diagnostics.CodeAnalysis;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>
/// Damaged and invented rules against everything that reads a rule: parser, formatter, JSON form, binder, explanation, cost and
/// completion at a caret anywhere. Each is refused with clear errors or means the same after a round trip; no round allocates more
/// than a bound that grows with its text.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "A generator of test data must be repeatable, not secret.")]
internal sealed class RuleFuzz
{
    // A megabyte and some kilobytes a character are far above what any rule needs, and far below what a runaway takes.
    private const long BytesAtLeast = 8_000_000;
    private const long BytesACharacter = 20_000;

    private static readonly string[] s_rules =
    [
        "lifetime_spend > 1000 and city in (\"London\", \"Paris\")", "count(order where amount >= 50 and at >= ago(90d)) >= 2",
        "exists(page_view where url = \"/a\" then order within 2w) and not segment(\"vips\")", "account.industry = \"Retail\" and reachable(\"email\")",
        "days_since(last(order.at)) > 180 or last(order.at) is missing", "email matches \"^[a-z.]+@contoso\\.com$\" or city =~ \"x\"",
        "avg(order.amount) by city, month(order.at)", "coalesce(if(vip, \"a\", lower(city)), \"there\")", "percentile_rank(lifetime_spend / 2e0) >= 90",
        "birthday + 18y <= today() and last_seen between date(2025-01-01) and time(2025-01-31T10:00:00Z)", "arg_max(order.amount, -order.amount * 2) % 3 = 1",
    ];

    private static readonly string[] s_scraps =
    [
        "(", ")", "\"", "`", ",", ".", "-", "--", "and ", "or ", "not ", "in (", "between ", "is missing", "where ", "then ", "within ", "by ", "count(",
        "date(", "time(", "30d", "5e1", "=~", "==", "\0", "\ud800", "😀", "order", "order.", "account.", "\n", " ", "percentile_rank(", "segment(\"", "city = \"",
    ];

    private static readonly RuleSchema s_schema = Schema();

    internal int Refused { get; private set; }

    internal Task RoundAsync(int seed, int round)
    {
        var random = Refusal.Generator(seed, round);
        string text = Text(random);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Digest(text, random.Next(text.Length + 1));
        }
        catch (Exception error)
        {
            throw Refusal.Find(seed, round, error);
        }

        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        return taken <= BytesAtLeast + (BytesACharacter * text.Length)
            ? Task.CompletedTask
            : throw Refusal.Find(seed, round, new InvalidOperationException($"{text.Length} characters took {taken:N0} bytes."));
    }

    private static string Text(Random random)
    {
        if (random.Next(50) == 0)
        {
            string scrap = s_scraps[random.Next(s_scraps.Length)];
            return string.Concat(Enumerable.Repeat(scrap, random.Next(1, (RuleLimits.Characters / scrap.Length) + 2)));
        }

        string text = random.Next(4) == 0 ? "" : s_rules[random.Next(s_rules.Length)];
        for (int i = random.Next(text.Length == 0 ? 60 : 6); i > 0; i--)
        {
            int at = random.Next(text.Length + 1);
            text = random.Next(4) switch
            {
                0 when text.Length > 0 => text.Remove(Math.Min(at, text.Length - 1), 1),
                1 => text[at..] + text[..at],
                2 => text.Insert(at, ((char)random.Next(0x10000)).ToString()),
                _ => text.Insert(at, s_scraps[random.Next(s_scraps.Length)]),
            };
        }

        return text;
    }

    private void Digest(string text, int caret)
    {
        var parsed = RuleText.Parse(text);
        if (parsed.Expression is { } tree)
        {
            Same(tree, RuleText.Parse(RuleText.Format(tree)).Expression, "text");
            Same(tree, RuleJson.Read(RuleJson.Write(tree).ToJsonString(new() { MaxDepth = 200 })).Expression, "JSON");
        }
        else
        {
            Refused++;
        }

        foreach (var use in Enum.GetValues<RuleUse>())
        {
            Complete(text, caret, use);
            var bound = RuleBinder.Bind(parsed, s_schema, use);
            if (bound.Rule is { } rule)
            {
                Require(RuleExplanation.Describe(rule).Length > 0, "An explanation is empty.");
                Require(RuleCost.Estimate(rule, new RuleVolume(1_000, new Dictionary<string, long> { ["order"] = 5_000 })).Work >= 0, "A cost is negative.");
            }
            else
            {
                Require(bound.Errors.Count is > 0 and <= 100, $"{bound.Errors.Count} errors.");
                var unclear = bound.Errors.FirstOrDefault(e => e.Message.Length is <= 5 or > 600);
                Require(unclear is null, $"An error is too short or too long: {unclear?.Message.Length} characters of {unclear?.Code}.");
            }
        }
    }

    private static void Complete(string text, int caret, RuleUse use)
    {
        var items = RuleCompletion.Complete(text, caret, s_schema, use, Hints.Instance);
        Require(items.Count <= RuleCompletion.Most, "Too many items.");
        Require(items.All(i => i.Text.Length > 0 && i.Start >= 0 && i.Start <= caret && i.Length >= 0 && i.Start + i.Length <= text.Length), "An item replaces what is not there.");
    }

    private static void Same(Expression tree, Expression? back, string form) => Require(tree.Equals(back), $"The {form} reads back as another rule.");

    private static void Require(bool holds, string finding)
    {
        if (!holds)
        {
            throw new InvalidOperationException(finding);
        }
    }

    private static RuleSchema Schema()
    {
        var account = new RuleSchema { Attributes = new Dictionary<string, DataType> { ["industry"] = DataType.Text } };
        return new RuleSchema
        {
            Attributes = new Dictionary<string, DataType>
            {
                ["city"] = DataType.Text,
                ["email"] = DataType.Text,
                ["vip"] = DataType.Boolean,
                ["age"] = DataType.Integer,
                ["lifetime_spend"] = DataType.Decimal,
                ["office365.score"] = DataType.Number,
                ["birthday"] = DataType.Date,
                ["last_seen"] = DataType.Time,
                ["tags"] = DataType.TextList,
                ["a b"] = DataType.Text,
            },
            Relationships = new Dictionary<string, RuleSchema> { ["account"] = account },
            Activities = new Dictionary<string, IReadOnlyDictionary<string, DataType>>
            {
                ["order"] = new Dictionary<string, DataType> { ["amount"] = DataType.Decimal, ["category"] = DataType.Text },
                ["page_view"] = new Dictionary<string, DataType> { ["url"] = DataType.Text },
            },
            Segments = new HashSet<string> { "vips", "churn-risk" },
            Channels = new HashSet<string> { "email" },
        };
    }

    private sealed class Hints : IRuleValueHints
    {
        public static readonly Hints Instance = new();

        public IReadOnlyList<RuleValueHint> Common(IReadOnlyList<string> path, string? activity, string name) =>
            [new(Value.Of("London"), 9), new(Value.Of("say \"hi\""), 2), new(Value.Of(36), 1)];
    }
}
