using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>Made-up contacts C000X… of which every second is a member M000X… too, with the same number; every tenth member's e-mail is mistyped.</summary>
internal static class MatchedPeople
{
    public const int Count = 400;

    /// <summary>A host with their records and no policy.</summary>
    public static async Task<RunningApp> OpenAsync()
    {
        var app = await Shop.OpenAsync(refresh: false);
        Write(app);
        var recipe = Shop.Recipe();
        recipe.Remove("unification");
        var fields = recipe["mappings"]!["club.members"]!["profile"]!["fields"]!.AsObject();
        fields.Remove("full_name");
        fields["first_name"] = "First";
        fields["last_name"] = "Last";
        await app.ApplyAsync(recipe.ToJsonString());
        await app.RefreshAsync();
        return app;
    }

    /// <summary>The same, unified by the policy that is suggested.</summary>
    public static async Task<RunningApp> UnifiedAsync()
    {
        var app = await OpenAsync();
        var (status, body) = await app.SendAsync(HttpMethod.Put, "/unification/policies/customer", await SuggestedAsync(app));
        Assert.True(status == HttpStatusCode.Created, body?.ToJsonString());
        await app.SucceedAsync();
        return app;
    }

    public static async Task<JsonNode> SuggestedAsync(RunningApp app) => (await app.GetAsync("/unification/policies/customer/suggestion"))["policy"]!.DeepClone();

    /// <summary>Whether two keys are of one person.</summary>
    public static bool AreSame(string left, string right) => left[1..] == right[1..];

    public static void Write(RunningApp app)
    {
        string[] given = ["Anna", "Robert", "Maria", "James", "Susan", "Peter", "Linda", "George", "Helen", "Victor", "Paula"];
        string[] parts = ["ber", "man", "ko", "ris", "tal", "ven", "dor", "mik", "las", "gru", "pen", "shaw", "fel"];
        var (contacts, members) = (new StringBuilder(Shop.Contacts.Split('\n')[0] + "\n"), new StringBuilder("MemberId,First,Last,Email,Points\n"));
        for (var i = 0; i < Count; i++)
        {
            var (first, last) = (given[i % given.Length], $"{parts[i % 13]}{parts[i / 13 % 13]}{parts[i * 7 % 11]}");
            var mail = $"{first}.{last}{i}@example.com";
            contacts.AppendJoin(',', Shop.Contacts.Split('\n')[0].Trim().Split(',').Select(column => column switch
            {
                "Id" => $"C{i:000}X",
                "First" => first,
                "Last" => last,
                "Email" => mail,
                "Phone" => $"0555{i:000}{i * 37 % 1000:000}",
                _ => "",
            })).Append('\n');
            if (i % 2 == 0)
            {
                // Every tenth member's address is mistyped by a letter.
                members.Append(CultureInfo.InvariantCulture, $"M{i:000}X,{first},{last},{(i % 20 == 10 ? mail.Remove(3, 1) : mail)},20\n");
            }
        }

        app.WriteFile("contacts.csv", contacts.ToString());
        app.WriteFile("members.csv", members.ToString());
    }
}
