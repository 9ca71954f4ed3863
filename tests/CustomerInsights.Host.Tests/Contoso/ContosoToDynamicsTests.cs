using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Emulators.Dataverse;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Contoso;

/// <summary>From the lab data's files to a marketing list in Dynamics 365 in one refresh: through a connection, by the plugin as it is shipped, at an emulator of the service.</summary>
public sealed class ContosoToDynamicsTests
{
    private const string Plugin = "customer-insights.dynamics365-sales";

    [ContosoFact]
    public async Task One_refresh_goes_from_the_files_to_the_marketing_list()
    {
        var options = new EmulatorOptions();
        await using var dynamics = await DataverseEmulator.StartAsync(options);
        await using var app = await RunningApp.StartAsync();
        var expected = WriteFiles(app, dynamics.Organisation);
        var host = $"{dynamics.Address.Host}:{dynamics.Address.Port}";
        var (status, plugin) = await app.SendTextAsync(
            HttpMethod.Patch, $"/plugins/{Plugin}", $$"""{ "enabled": true, "settings": { "network": { "hosts": ["{{host}}"], "ranges": ["127.0.0.1/32"] } } }""");
        Assert.True(status == HttpStatusCode.OK, plugin!.ToJsonString());

        // The connection first, with its secret, as an admin makes it; then everything else at once.
        await app.ApplyAsync(new JsonObject { ["recipe"] = 1, ["connections"] = Connections(dynamics.Address, options) }.ToJsonString());
        await app.SendTextAsync(HttpMethod.Put, "/connections/dynamics/secrets/client", $$"""{"value":"{{options.ClientSecret}}"}""");
        Assert.True((await app.SendTextAsync(HttpMethod.Post, "/connections/dynamics/check", "{}")).Body!["items"]!.AsArray().All(item => item!["ok"]!.GetValue<bool>()));
        await app.ApplyAsync(Recipe().ToJsonString());
        dynamics.Forget();
        var refresh = await app.RefreshAsync();
        Assert.True(refresh.Text("state") == "succeeded", refresh.ToJsonString());

        var list = Assert.Single(dynamics.Organisation.Lists.Values);
        Assert.Equal("Big spenders", list.Name);
        Assert.True(expected.Known.Count > 100, $"{expected.Known.Count} are expected.");
        Assert.Equal(expected.Known.Order(), list.Members.Sorted);
        var run = (await app.GetAsync("/exports/big-spenders-list/runs"))["items"]![0]!;
        Assert.Equal((expected.Known.Count + expected.Others, expected.Others), (run["added"]!.GetValue<int>(), run["refused"]!.GetValue<int>()));
        Assert.Equal(0, dynamics.Organisation.ContactsCreated);

        // Nothing has changed: nothing is written.
        dynamics.Forget();
        Assert.Equal("succeeded", (await app.RefreshAsync()).Text("state"));
        Assert.Equal(0, dynamics.Writes);
    }

    // Contacts get one column more, the id that Dynamics knows them by: nine of ten have one, and of these every hundredth is of a contact that is not there.
    private static (List<Guid> Known, int Others) WriteFiles(RunningApp app, Organisation organisation)
    {
        var people = new ContosoFiles(ContosoFiles.Folder!).People;
        var ids = organisation.AddContacts(people.Count);
        var idOf = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(ContosoFiles.Folder!, "*.txt"))
        {
            var copy = Path.Combine(app.Directory, "files", Path.GetFileName(file));
            if (Path.GetFileName(file) != "Contact.txt")
            {
                File.Copy(file, copy);
                continue;
            }

            var lines = File.ReadAllLines(file);
            File.WriteAllLines(copy, lines.Select((line, i) => i == 0 ? "CrmId," + line : Id(i, line) + "," + line));
        }

        var members = people.Where(person => person.Spend > 5000).ToList();
        var known = members.Where(person => person.Contact is { } contact && idOf.TryGetValue(contact["ContactId"], out var id) && organisation.Contacts.ContainsKey(id)).Select(person => idOf[person.Contact!["ContactId"]]).ToList();
        return (known, members.Count - known.Count);

        string Id(int row, string line)
        {
            if (row % 10 == 0)
            {
                return "";
            }

            var id = row % 100 == 1 ? new Guid(row, 0, 0, [9, 9, 9, 9, 9, 9, 9, 9]) : ids[row - 1];
            idOf.Add(line[..line.IndexOf(',', StringComparison.Ordinal)], id);
            return id.ToString("D", CultureInfo.InvariantCulture);
        }
    }

    private static JsonObject Connections(Uri address, EmulatorOptions options) => new()
    {
        ["dynamics"] = new JsonObject
        {
            ["plugin"] = Plugin,
            ["displayName"] = "Dynamics 365",
            ["agreed"] = "1",
            ["settings"] = new JsonObject
            {
                ["serverAddress"] = address.ToString().TrimEnd('/'),
                ["signInAddress"] = address.ToString().TrimEnd('/'),
                ["clientId"] = options.ClientId,
                ["clientSecret"] = new JsonObject { ["$secret"] = "client" },
            },
        },
    };

    private static JsonObject Recipe()
    {
        var recipe = JsonNode.Parse(ContosoFixture.Recipe)!.AsObject();
        recipe["profileTypes"]!["customer"]!["attributes"]!["crm_id"] = new JsonObject { ["type"] = "text" };
        recipe["mappings"]!["ecommerce.contacts"]!["profile"]!["fields"]!["crm_id"] = "CrmId";
        recipe["exports"] = new JsonObject
        {
            ["big-spenders-list"] = new JsonObject
            {
                ["plugin"] = Plugin,
                ["connection"] = "dynamics",
                ["settings"] = new JsonObject { ["listName"] = "Big spenders" },
                ["segment"] = "big-spenders",
                ["fields"] = new JsonArray(new JsonObject { ["name"] = "contact_id", ["expression"] = "crm_id" }),
            },
        };
        return recipe;
    }
}
