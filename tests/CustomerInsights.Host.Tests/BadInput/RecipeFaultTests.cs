using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.BadInput;

/// <summary>A recipe with a fault is refused as a whole, and every fault is told with its place and a remedy.</summary>
public sealed class RecipeFaultTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task A_missing_column_in_a_mapping() => await RefusedAsync(
        recipe => recipe["mappings"]!["crm.contacts"]!["profile"]!["fields"]!["first_name"] = "Frist",
        "/mappings/crm.contacts/profile/fields/first_name: RUL012 unknown attribute 'Frist' at 1:1; did you mean 'First'?");

    [Fact]
    public async Task A_missing_column_in_a_key() => await RefusedAsync(
        recipe => recipe["sources"]!["crm"]!["settings"]!["streams"]![0]!["key"] = new JsonArray("ID2"),
        "/sources/crm/settings/streams/0/key: 'contacts.csv' has no column 'ID2'. Found: Id, First, Last, Email, Phone, City. Did you mean 'Id'?");

    [Fact]
    public async Task A_missing_column_with_a_type() => await RefusedAsync(
        recipe => recipe["sources"]!["crm"]!["settings"]!["streams"]![1]!["columns"] = new JsonObject { ["Amont"] = new JsonObject { ["type"] = "decimal" } },
        "/sources/crm/settings/streams/1/columns/Amont: 'orders.csv' has no column 'Amont'. Found: OrderId, ContactId, At, Amount. Did you mean 'Amount'?");

    [Fact]
    public async Task A_setting_that_the_plugin_does_not_know() => await RefusedAsync(
        recipe => recipe["sources"]!["crm"]!["settings"]!["streems"] = new JsonArray(),
        "/sources/crm/settings/streems: 'streems' is not known here; did you mean 'streams'?");

    [Fact]
    public async Task A_file_that_is_not_there() => await RefusedAsync(
        recipe => recipe["sources"]!["crm"]!["settings"]!["streams"]![0]!["path"] = "contact.csv",
        "/sources/crm/settings/streams/0/path: No file matches 'contact.csv' in '{files}'. Check the name, or wait until the file is there: an empty stream is not read as 'everything was deleted'.");

    [Fact]
    public async Task A_path_that_leaves_the_folder_by_dots() => await RefusedAsync(
        recipe => recipe["sources"]!["crm"]!["settings"]!["streams"]![0]!["path"] = "../insights.db",
        "/sources/crm/settings/streams/0/path: '../insights.db' contains '..'. Give a path below the folder '{files}'.");

    [Fact]
    public async Task A_path_that_leaves_the_folder_by_a_link()
    {
        File.CreateSymbolicLink(Path.Combine(shop.App.Directory, "files", "way-out.csv"), "/etc/hostname");
        await RefusedAsync(
            recipe => recipe["sources"]!["crm"]!["settings"]!["streams"]![0]!["path"] = "way-out.csv",
            "/sources/crm/settings: 'way-out.csv' leads out of the folder '{files}' (by '..', an absolute path or a link). Copy the file into the folder, or ask an admin to grant the other one.");
    }

    [Fact]
    public async Task A_folder_that_was_not_granted() => await RefusedAsync(
        recipe => recipe["sources"]!["crm"]!["settings"]!["root"] = "/etc",
        "/sources/crm/settings/root: '/etc' is not under a granted folder ({files}), links resolved. Choose a folder below, or ask an admin to grant it.");

    [Fact]
    public async Task An_unknown_attribute_in_a_rule() => await RefusedAsync(
        recipe => recipe["segments"]!["buyers"]!["rule"] = "spendd > 100",
        "/segments/buyers/rule: RUL012 unknown attribute 'spendd' at 1:1; did you mean 'spend'?");

    [Fact]
    public async Task An_unknown_plugin() => await RefusedAsync(
        recipe => recipe["sources"]!["crm"]!["plugin"] = "customer-insights.csv-conector",
        "/sources/crm/plugin: There is no plugin 'customer-insights.csv-conector'. Did you mean 'customer-insights.csv-connector'?");

    [Fact]
    public async Task A_plugin_of_another_kind() => await RefusedAsync(
        recipe => recipe["sources"]!["crm"]!["plugin"] = "customer-insights.csv-export",
        "/sources/crm/plugin: The plugin 'customer-insights.csv-export' has no connector; it offers export 'csv', and is active: 0.9.0 runs.");

    [Fact]
    public async Task An_unknown_segment_in_an_export() => await RefusedAsync(
        recipe => recipe["exports"]!["buyers"]!["segment"] = "buyer",
        "/exports/buyers/segment: There is no segment 'buyer'. Did you mean 'buyers'?");

    [Fact]
    public async Task An_unknown_segment_in_a_segment() => await RefusedAsync(
        recipe => recipe["segments"]!["buyers"]!["rule"] = "segment(\"member\") and orders > 1",
        "/segments/buyers/rule: RUL015 unknown segment 'member' at 1:9; did you mean 'members'?");

    [Fact]
    public async Task A_circle_of_segments() => await RefusedAsync(
        recipe => recipe["segments"] = new JsonObject
        {
            ["buyers"] = new JsonObject { ["rule"] = "segment(\"b\")" },
            ["b"] = new JsonObject { ["rule"] = "segment(\"c\") or orders > 1" },
            ["c"] = new JsonObject { ["rule"] = "not segment(\"buyers\")" },
        },
        "/segments/b/rule: Segments may not name each other in a circle: b → c → buyers → b.\n"
        + "/segments/buyers/rule: Segments may not name each other in a circle: buyers → b → c → buyers.\n"
        + "/segments/c/rule: Segments may not name each other in a circle: c → buyers → b → c.");

    [Fact]
    public async Task A_circle_of_measures() => await RefusedAsync(
        recipe =>
        {
            recipe["measures"]!["spend"]!["expression"] = "sum(order.amount) + twice";
            recipe["measures"]!["twice"] = new JsonObject { ["expression"] = "spend * 2" };
        },
        "/measures/spend/expression: Measures may not name each other in a circle: spend → twice → spend.\n"
        + "/measures/twice/expression: Measures may not name each other in a circle: twice → spend → twice.\n"
        + "/exports/buyers/fields/2/name: RUL012 unknown attribute 'spend' at 1:1");

    [Fact]
    public async Task A_mapping_to_an_unknown_attribute() => await RefusedAsync(
        recipe => recipe["mappings"]!["crm.contacts"]!["profile"]!["fields"]!["firstname"] = "First",
        "/mappings/crm.contacts/profile/fields/firstname: There is no attribute 'firstname' of 'customer'. Did you mean 'first_name'?");

    [Fact]
    public async Task A_mapping_whose_types_do_not_agree() => await RefusedAsync(
        recipe => recipe["mappings"]!["crm.contacts"]!["profile"]!["fields"]!["points"] = "First",
        "/mappings/crm.contacts/profile/fields/points: 'points' is an integer, and 'First' gives text. Change the attribute's type, or read the column as an integer in the source.");

    [Fact]
    public async Task An_activity_without_a_time() => await RefusedAsync(
        recipe => recipe["mappings"]!["crm.orders"]!["activity"]!["at"] = "OrderId",
        "/mappings/crm.orders/activity/at: 'at' must give a date or a time; 'OrderId' gives text.");

    [Fact]
    public async Task A_mapping_of_a_source_that_is_not_there() => await RefusedAsync(
        recipe => recipe["mappings"]!["crn.contacts"] = recipe["mappings"]!["crm.contacts"]!.DeepClone(),
        "/mappings/crn.contacts: A mapping is named after its stream, source.stream; there is no source 'crn'. Did you mean 'crm'?");

    [Fact]
    public async Task A_mapping_of_a_stream_that_its_source_has_not() => await RefusedAsync(
        recipe => recipe["mappings"]!["crm.contcts"] = recipe["mappings"]!["crm.contacts"]!.DeepClone(),
        "/mappings/crm.contcts: The source 'crm' has no stream 'contcts'. Did you mean 'crm.contacts'?");

    [Fact]
    public async Task A_policy_for_a_field_that_is_not_mapped() => await RefusedAsync(
        recipe => recipe["unification"]!["customer"]!["matching"]![0]!["rules"]![0]!["conditions"]![0]!["field"] = "emial",
        "/unification/customer/matching/0/rules/0/leftStreams: No earlier stream has all the fields of this rule. Map the fields in an earlier stream, or set leftField.\n"
        + "/unification/customer/matching/0/rules/0/conditions/0/field: Stream 'club.members' has no field 'emial' (did you mean 'email'?). Choose a mapped field; names are case-sensitive.");

    [Fact]
    public async Task A_format_of_recipes_that_is_not_ours() => await RefusedAsync(
        recipe => recipe["recipe"] = 2,
        "/recipe: This host reads recipes of format 1, not 2.");

    [Fact]
    public async Task Two_faults_are_both_told() => await RefusedAsync(
        recipe =>
        {
            recipe["segments"]!["buyers"]!["rule"] = "orders >";
            recipe["mappings"]!["crm.contacts"]!["profile"]!["fields"]!["firstname"] = "First";
        },
        "/mappings/crm.contacts/profile/fields/firstname: There is no attribute 'firstname' of 'customer'. Did you mean 'first_name'?\n/segments/buyers/rule: RUL005 expected a value, a name or '(', found the end of the rule at 1:9");

    [Fact]
    public async Task Faults_of_a_plugin_and_of_a_rule_are_both_told() => await RefusedAsync(
        recipe =>
        {
            recipe["sources"]!["crm"]!["plugin"] = "customer-insights.csv-conector";
            recipe["segments"]!["buyers"]!["rule"] = "spendd > 1";
        },
        "/sources/crm/plugin: There is no plugin 'customer-insights.csv-conector'. Did you mean 'customer-insights.csv-connector'?\n/segments/buyers/rule: RUL012 unknown attribute 'spendd' at 1:1; did you mean 'spend'?");

    private async Task RefusedAsync(Action<JsonObject> change, string faults)
    {
        var definitions = (await shop.App.GetAsync("/segments")).ToJsonString() + (await shop.App.GetAsync("/mappings")).ToJsonString();
        var recipe = Shop.Recipe();
        change(recipe);
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/recipes/apply", recipe.ToJsonString());
        Assert.Equal("The recipe is not valid; nothing was changed.", problem.Text("title"));
        Whole.Equal(faults.Replace("{files}", Path.Combine(shop.App.Directory, "files"), StringComparison.Ordinal), problem.Faults());
        Assert.Equal(definitions, (await shop.App.GetAsync("/segments")).ToJsonString() + (await shop.App.GetAsync("/mappings")).ToJsonString());
    }
}
