using System.Text.Json;
using CustomerInsights.Host.Features.Events;
using CustomerInsights.Storage.Events;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>Finds events of the log that name people: any text or number in them that is one of their identifiers, whatever it is called.</summary>
internal sealed class LoggedPeople(IEventLog log)
{
    private const int BatchSize = 1000;

    /// <summary>Deletes them; gives how many there were.</summary>
    public async ValueTask<int> DeleteAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var wanted = names.Select(name => name.Trim()).Where(name => name.Length > 0).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var (after, deleted) = (0L, 0);
        while (wanted.Count > 0 && await log.ReadAsync(after, BatchSize, cancellationToken) is { Count: > 0 } events)
        {
            after = events[^1].Position;
            var found = events.Where(one => Names(one, wanted)).Select(one => one.Position).ToList();
            if (found.Count > 0)
            {
                deleted += await log.DeleteAsync(found, cancellationToken);
            }
        }

        return deleted;
    }

    private static bool Names(LoggedEvent one, HashSet<string> wanted)
    {
        try
        {
            return Names(EventEnvelope.Read(one.Body).Event, wanted);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Nobody can read it, so that nobody knows whom it names; the projector left it out.
            return true;
        }
    }

    private static bool Names(JsonElement json, HashSet<string> wanted) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Any(property => Names(property.Value, wanted)),
        JsonValueKind.Array => json.EnumerateArray().Any(item => Names(item, wanted)),
        JsonValueKind.String => wanted.Contains(json.GetString()!.Trim()) || Phone(json.GetString()!) is { Length: >= 6 } digits && wanted.Contains(digits),
        JsonValueKind.Number => wanted.Contains(json.GetRawText()),
        _ => false,
    };

    private static string Phone(string text) => text.Length <= 40 ? string.Concat(text.Where(char.IsAsciiDigit)) : "";
}
