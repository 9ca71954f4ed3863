using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace Mutants;

/// <summary>Where a read stands: behind the record with this time and id.</summary>
public sealed class Bookmark
{
    internal const int Version = 2;

    public DateTimeOffset? At { get; set; }

    public string? Id { get; set; }

    /// <summary>Nothing of a healthy plugin; some mutants keep here what they must not.</summary>
    public string? Note { get; set; }

    internal static Bookmark? Read(StreamState? state, MutantOptions options)
    {
        if (state is null)
        {
            return null;
        }

        if (options.Is("I10"))
        {
            using var raw = JsonDocument.Parse(state.Utf8Json);
            _ = raw.RootElement.GetProperty("at").GetDateTimeOffset();
        }

        if (state.Version != Version && !options.Is("I08"))
        {
            throw new PluginException(FailureKind.Configuration, $"A state of version {state.Version} cannot be read; start the stream anew.");
        }

        try
        {
            return JsonSerializer.Deserialize(state.Utf8Json.Span, MutantJson.Default.Bookmark);
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Configuration, "The state cannot be read; start the stream anew.", error);
        }
    }

    internal StreamState Write() => new(Version, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, MutantJson.Default.Bookmark)));

    internal static StreamState Upgrade(StreamState state, bool broken)
    {
        if (state.Version != 1)
        {
            return state;
        }

        using var old = JsonDocument.Parse(state.Utf8Json);
        var bookmark = new Bookmark { At = old.RootElement.GetProperty("after").GetDateTimeOffset(), Id = "" };
        return broken ? state : bookmark.Write();
    }
}
