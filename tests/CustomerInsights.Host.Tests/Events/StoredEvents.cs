using System.Text;
using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Events;
using CustomerInsights.Host.Features.Events.Projecting;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Events;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>Looks at events as the log has them, and reads them as the projector does.</summary>
internal static class StoredEvents
{
    public static async Task<IReadOnlyList<LoggedEvent>> LogAsync(RunningApp app) =>
        await app.Services.GetRequiredService<IEventLog>().ReadAsync(0, 100_000, CancellationToken.None);

    public static string MessageId(LoggedEvent one) => EventEnvelope.Read(one.Body).Event.GetProperty("messageId").GetString()!;

    /// <summary>An event as the projector reads it.</summary>
    public static async Task<ProjectedEvent> ReadAsync(RunningApp app, string messageId)
    {
        var model = await app.Services.GetRequiredService<MetadataService>().ModelAsync(CancellationToken.None);
        return new EventReading(model).Read((await LogAsync(app)).First(one => MessageId(one) == messageId))!;
    }

    public static async Task<string?> FieldAsync(RunningApp app, string messageId, string field) =>
        ValueDocument.Read((await ReadAsync(app, messageId)).Document).TryGetValue(field, out var value) ? value.ToString() : null;

    /// <summary>An event of the log that nobody posted.</summary>
    public static LoggedEvent Of(string kind, string json, DateTimeOffset received, DateTimeOffset? sent = null, string source = "web") =>
        new(1, received, new EventEnvelope(source, kind, sent, null, JsonDocument.Parse(json).RootElement).Write());

    public static string Utf8(byte[] document) => Encoding.UTF8.GetString(document);
}
