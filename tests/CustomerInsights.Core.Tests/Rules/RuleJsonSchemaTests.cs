using System.Text.Json;
using CustomerInsights.Core.Rules;
using CustomerInsights.Plugins.Schema;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class RuleJsonSchemaTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    private static readonly JsonSchema Schema = JsonSchema.Load(RuleJsonSchema.Make().ToJsonString());

    [Fact]
    public void Any_tree_passes_the_schema() => Prop.ForAll(Seeds, seed =>
    {
        string json = RuleJson.Write(new RandomRules(seed).Tree()).ToJsonString();
        Assert.Equal([], Problems(json).Select(p => $"{p} in {json}"));
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Every_case_of_the_table_passes_the_schema()
    {
        foreach (var @case in RuleCases.All)
        {
            if (RuleText.Parse(@case.Rule).Expression is { } tree)
            {
                Assert.Equal([], Problems(RuleJson.Write(tree).ToJsonString()));
            }
        }
    }

    [Fact]
    public void What_the_reader_accepts_after_damage_passes_the_schema() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        string json = RuleJson.Write(new RandomRules(seed).Tree()).ToJsonString();
        for (int i = 1 + random.Next(3); i > 0; i--)
        {
            int at = random.Next(json.Length);
            json = random.Next(3) switch
            {
                0 => json.Remove(at, Math.Min(json.Length - at, random.Next(1, 4))),
                1 => json.Insert(at, ((char)random.Next(32, 127)).ToString()),
                _ => json.Replace("\"where\":{", random.Next(2) == 0 ? "\"where\":null,\"x\":{" : "\"wher\":{", StringComparison.Ordinal),
            };
            json = json.Length == 0 ? " " : json;
        }

        if (RuleJson.Read(json).Expression is not null)
        {
            Assert.Equal([], Problems(json).Select(p => $"{p} in {json}"));
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Fact]
    public void Half_a_character_is_refused_also_where_the_reader_does_not_look()
    {
        const string Json = """{"kind":"name","parts":["vip"],"note":"\ud83d"}""";
        Assert.Equal("the JSON holds half a surrogate pair", Assert.Single(RuleJson.Read(Json).Errors).Message);
        Assert.NotEmpty(Problems(Json));
    }

    [Fact]
    public void A_tree_of_64_levels_passes_the_schema() => Assert.Equal(
        [], Problems(RuleJson.Write(RuleText.Parse(string.Concat(Enumerable.Repeat("not ", 63)) + "vip").Expression!).ToJsonString(new JsonSerializerOptions { MaxDepth = 200 })));

    [Theory]
    [InlineData("""{"kind":"nam","parts":["a"]}""", "/kind")]
    [InlineData("""{"kind":"name","parts":[]}""", "/parts")]
    [InlineData("""{"kind":"not"}""", "")]
    [InlineData("""{"kind":"and","operands":[{"kind":"name","parts":["vip"]}]}""", "/operands")]
    [InlineData("""{"kind":"duration","amount":-1,"unit":"d"}""", "/amount")]
    [InlineData("""{"kind":"not","operand":{"kind":"binary","operator":"==","left":{"kind":"name","parts":["a"]},"right":{"kind":"name","parts":["a"]}}}""", "/operand/operator")]
    [InlineData("""{"kind":"aggregate","function":"count","arguments":[],"where":5}""", "/where")]
    public void What_the_reader_refuses_for_its_form_the_schema_refuses_at_the_same_place(string json, string pointer)
    {
        Assert.NotEmpty(RuleJson.Read(json).Errors);
        Assert.Equal(pointer, Assert.Single(Problems(json)).Pointer);
    }

    private static IReadOnlyList<SchemaProblem> Problems(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 200 });
        return Schema.Validate(document.RootElement);
    }
}
