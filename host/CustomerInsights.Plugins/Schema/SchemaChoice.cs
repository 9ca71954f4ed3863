using System.Text.Json;

namespace CustomerInsights.Plugins.Schema;

/// <summary>
/// <c>oneOf</c> with a discriminator: a property that every branch requires with another constant. The value's own constant
/// picks the branch, and only that branch complains; "matches none of 3 schemas" helps nobody.
/// </summary>
internal sealed class SchemaChoice(string discriminator, IReadOnlyList<(JsonElement Constant, SchemaNode Node)> branches)
{
    internal void Check(JsonElement value, string at, SchemaCheck check, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            check.Add(at, "oneOf", $"Expected an object with '{discriminator}', found {JsonText.Kind(value)}.");
            return;
        }

        var words = branches.Select(branch => branch.Constant.ValueKind == JsonValueKind.String ? branch.Constant.GetString()! : branch.Constant.GetRawText()).ToList();
        if (!value.TryGetProperty(discriminator, out var chosen))
        {
            check.Add(at, "oneOf", $"'{discriminator}' is missing; give one of {string.Join(", ", words)}.");
            return;
        }

        foreach (var (constant, node) in branches)
        {
            if (JsonElement.DeepEquals(constant, chosen))
            {
                node.Check(value, at, check, depth + 1);
                return;
            }
        }

        var near = chosen.ValueKind == JsonValueKind.String ? Suggestion.For(chosen.GetString()!, words) : "";
        check.Add(
            JsonText.Child(at, discriminator),
            "oneOf",
            $"{JsonText.Quote(chosen)} is not one of {string.Join(", ", words)}{(near.Length > 0 ? near : ".")}");
    }
}
