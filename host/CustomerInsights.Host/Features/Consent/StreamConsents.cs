using CustomerInsights.Core.Consent;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Identifiers;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>Where records of a stream say what people agreed to.</summary>
/// <param name="Stream">The stream, which is the source of the consent.</param>
/// <param name="Consent">The fields of the semantic type <c>consent.marketing</c>.</param>
/// <param name="Identifiers">The e-mail addresses and phones beside them.</param>
internal sealed record ConsentReader(string Stream, IReadOnlyList<MappedField> Consent, IReadOnlyList<(string Type, MappedField Field)> Identifiers);

/// <summary>Consent that comes with records: what a record says counts for its e-mail addresses and phones, from the time at which the record first said so.</summary>
internal sealed class StreamConsents(ConsentWriter writer, TimeProvider clock)
{
    private const int LongestValue = 500;

    /// <summary>How a stream is read; null for one that says nothing of consent.</summary>
    public static ConsentReader? Reader(InsightsModel model, MappingModel? mapping)
    {
        if (mapping?.Profile is not { } profile || !model.ProfileTypes.TryGetValue(profile.Type, out var type))
        {
            return null;
        }

        string? Semantic(MappedField field) => type.Document.Attributes.GetValueOrDefault(field.Name)?.SemanticType;
        List<MappedField> consent = [.. profile.Fields.Where(field => field.Type == DataType.Boolean && Semantic(field) == Semantics.MarketingConsent)];
        return consent.Count == 0
            ? null
            : new ConsentReader(
                mapping.Stream,
                consent,
                [.. profile.Fields.Where(field => Semantic(field) is Semantics.Email or Semantics.Phone).Select(field => (Semantics.Identifier(field.Name, Semantic(field))!, field))]);
    }

    /// <summary>Takes what changed records say. A record that its mapping fails on says nothing: unification tells of it.</summary>
    public async ValueTask TellAsync(ConsentReader? reader, IReadOnlyList<StoredRecord> records, RuleMoment moment, CancellationToken cancellationToken)
    {
        if (reader is null)
        {
            return;
        }

        var changes = new List<IdentifierChange>();
        foreach (var record in records.Where(record => record.Document is not null))
        {
            try
            {
                changes.AddRange(Read(reader, record, moment));
            }
            catch (RuleEvaluationException)
            {
                continue;
            }
        }

        if (changes.Count > 0)
        {
            await writer.ApplyAsync(changes, clock.GetUtcNow(), cancellationToken);
        }
    }

    private static List<IdentifierChange> Read(ConsentReader reader, StoredRecord record, RuleMoment moment)
    {
        var subject = new RecordSubject(ValueDocument.Read(record.Document));
        List<Value> said = [.. subject.Map(reader.Consent, moment).Where(value => !value.IsMissing)];
        if (said.Count == 0)
        {
            return [];
        }

        // Several fields that disagree: no is no.
        var status = said.All(value => value.AsBoolean()) ? ConsentStatus.True : ConsentStatus.False;
        var values = subject.Map([.. reader.Identifiers.Select(identifier => identifier.Field)], moment);
        return
        [
            .. reader.Identifiers
                .Select((identifier, i) => (identifier.Type, Value: values[i].IsMissing ? "" : Semantics.NormaliseIdentifier(identifier.Type, values[i].ToString())))
                .Where(identifier => identifier.Value.Length is > 0 and <= LongestValue)
                .Distinct()
                .Select(identifier => new IdentifierChange(identifier.Type, identifier.Value, IdentifierAspect.Consent, status, record.ChangedAt, reader.Stream) { Restated = true }),
        ];
    }
}
