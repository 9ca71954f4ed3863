using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Accounts;

/// <summary>A few companies and their people: a duplicate account, a contact whose two records disagree, an orphan, a circle of parents, a family.</summary>
internal static class Trade
{
    public const string Accounts = """
        Id,Name,Domain,Industry,Parent
        A1,Contoso,contoso.com,retail,A3
        A2,Contoso,contoso.com,,
        A3,Holding,holding.com,finance,
        A4,Loop One,one.com,,A5
        A5,Loop Two,two.com,,A4
        A6,Below Loop,three.com,,A4

        """;

    public const string Contacts = """
        Id,First,Last,Email,Account,Street,Zip
        C1,Ann,Miller,ann@example.com,A1,Main Street 5,1010
        C2,Bob,Miller,bob@example.com,A2,main st. 5,1010
        C3,Cem,Oz,cem@example.com,A9,Side Street 1,1010
        C4,Ann,Miller,ann@example.com,A3,,
        C5,Eve,Stone,eve@example.com,A3,Hill 1,2020
        C6,Fay,Miller,fay@example.com,,Other Road 9,3030

        """;

    public static JsonObject Recipe() => JsonNode.Parse("""
        {
          "recipe": 1,
          "profileTypes": {
            "account": {
              "attributes": {
                "name": { "type": "text", "semanticType": "organization.name" },
                "domain": { "type": "text" },
                "industry": { "type": "text" },
                "account_id": { "type": "text", "semanticType": "identity.account_id" }
              },
              "hierarchy": { "streams": { "crm.accounts": { "stream": "crm.accounts", "key": "Parent" } } }
            },
            "contact": {
              "card": "contact",
              "attributes": {},
              "belongsTo": { "type": "account", "streams": { "crm.contacts": { "stream": "crm.accounts", "key": "Account" } } }
            }
          },
          "sources": { "crm": { "plugin": "customer-insights.csv-connector", "settings": { "streams": [
            { "name": "accounts", "path": "accounts.csv", "key": ["Id"], "columns": { "Parent": { "type": "text" }, "Industry": { "type": "text" } } },
            { "name": "contacts", "path": "contacts.csv", "key": ["Id"], "columns": { "Account": { "type": "text" }, "Zip": { "type": "text" }, "Street": { "type": "text" } } }
          ] } } },
          "mappings": {
            "crm.accounts": { "profile": { "type": "account", "fields": { "name": "Name", "domain": "Domain", "industry": "Industry", "account_id": "Id" } } },
            "crm.contacts": { "profile": { "type": "contact", "fields": {
              "first_name": "First", "last_name": "Last", "primary_email": "Email", "contact_id": "Id", "street_address": "Street", "postal_code": "Zip" } } }
          },
          "unification": {
            "account": { "streams": [{ "stream": "crm.accounts", "deduplication": [{ "name": "domain", "conditions": [{ "field": "domain" }] }] }] },
            "contact": {
              "streams": [{ "stream": "crm.contacts", "deduplication": [{ "name": "e-mail", "conditions": [{ "field": "primary_email" }] }] }],
              "clusters": [{ "name": "household" }]
            }
          },
          "segments": {
            "retail": { "profileType": "contact", "rule": "account.industry = \"retail\"" },
            "held": { "profileType": "contact", "rule": "account.parent.industry = \"finance\"" },
            "families": { "profileType": "contact", "rule": "household_id is present" }
          }
        }
        """)!.AsObject();

    public static async Task<RunningApp> OpenAsync(Action<JsonObject>? change = null)
    {
        var app = await RunningApp.StartAsync();
        app.WriteFile("accounts.csv", Accounts);
        app.WriteFile("contacts.csv", Contacts);
        var recipe = Recipe();
        change?.Invoke(recipe);
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        return app;
    }

    public static async Task<JsonNode> FindAsync(this RunningApp app, string type, string key)
    {
        var found = await app.GetAsync($"/profiles?type={type}&by=id&search={key}");
        var id = Assert.Single(found["items"]!.AsArray())!.Text("id");
        return await app.GetAsync($"/profiles/{id}");
    }

    public static async Task<JsonNode> RunOfAsync(this RunningApp app, string type) =>
        (await app.AllAsync("/unification/runs")).First(run => run.Text("subject") == type);

    public static async Task<IEnumerable<string>> NamesAsync(this RunningApp app, string path) =>
        (await app.AllAsync(path)).Select(item => item.Text("displayName"));
}
