using System.Text.Json;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>A page of the API's answer.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Items">The contacts, as they came.</param>
/// <param name="Next">Asks for the next page; null on the last.</param>
/// <param name="Total">How many contacts there are, where the API tells.</param>
internal sealed record ContactPage(string Name, IReadOnlyList<JsonElement> Items, string? Next, long? Total)
{
    /// <summary>Reads it; a page of another shape is a failure, never an empty page.</summary>
    public static ContactPage Read(string name, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
        {
            throw new PluginException(FailureKind.Data, $"{name} has no list 'items'. Is the address that of the API?") { Stream = Contact.Stream.Name, ConfigurationPath = "/url" };
        }

        // Some number their pages, some name them; the plugin hands back what it was given.
        var next = root.TryGetProperty("next", out var token) ? token.ToString() : "";
        var total = root.TryGetProperty("total", out var count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out var number) ? number : (long?)null;
        return new ContactPage(name, [.. items.EnumerateArray()], next.Length > 0 ? next : null, total);
    }
}
