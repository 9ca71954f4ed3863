using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.BadInput;

public sealed class MatchingFaultTests
{
    [Fact]
    public async Task A_fuzzy_rule_below_80_percent_alone_is_refused_with_the_pairs_that_it_would_cost()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        var contacts = new StringBuilder("Id,First,Last,Email,Phone,City\n");
        var members = new StringBuilder("MemberId,Name,Email,Points\n");
        for (var i = 0; i < 3000; i++)
        {
            contacts.AppendLine(CultureInfo.InvariantCulture, $"C{i},Ann{i},Miller{i},a{i}@example.com,,Paris");
            members.AppendLine(CultureInfo.InvariantCulture, $"M{i},Ann{i} Miller{i},b{i}@example.com,1");
        }

        app.WriteFile("contacts.csv", contacts.ToString());
        app.WriteFile("members.csv", members.ToString());
        var recipe = Shop.Recipe();
        recipe["mappings"]!["crm.contacts"]!["profile"]!["fields"]!["full_name"] = "concat(First, \" \", Last)";
        recipe["unification"]!["customer"]!["matching"]![0]!["rules"] = new JsonArray(JsonNode.Parse("""{ "name": "vague", "conditions": [{ "field": "full_name", "precision": "medium" }] }"""));
        await app.ApplyAsync(recipe.ToJsonString());
        var refresh = await app.SucceedAsync();
        Whole.Equal(
            "Rule 'vague' of club.members: All conditions are below 0.80, so that 9,000,000 pairs of distinct values would have to be compared; the limit is 0. Add an exact condition, or raise one precision to high.",
            refresh["result"]!["warnings"]![0]!.GetValue<string>());
        Assert.Equal(6000, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>());
    }
}
