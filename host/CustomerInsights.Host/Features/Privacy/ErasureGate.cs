using System.Collections.Concurrent;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>Keeps out what was erased: records by their key, by the record that they point at, and by identifiers in them; events by whom they name.</summary>
internal sealed class ErasureGate(IPrivacyStore store, PrivacyKeys keys, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _blocked = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _once = new(1, 1);
    private PrivacyKeys.Loaded? _keys;

    /// <summary>The keyed hash that keeps an identifier out; normalised first.</summary>
    public static byte[] HashOf(PrivacyKeys.Loaded keys, string type, string value) => keys.Hash(type, Semantics.NormaliseIdentifier(type, value));

    /// <summary>A gate for the records of a stream.</summary>
    public async ValueTask<RecordGate> OfAsync(InsightsModel model, string stream, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        return new RecordGate(this, model, stream, new RuleMoment(clock.GetUtcNow()));
    }

    /// <summary>Reads what is kept out, once.</summary>
    public async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _keys) is not null)
        {
            return;
        }

        await _once.WaitAsync(cancellationToken);
        try
        {
            if (_keys is null)
            {
                var loaded = await keys.LoadAsync(cancellationToken);
                Add(await store.BlocksAsync(cancellationToken));
                Volatile.Write(ref _keys, loaded);
            }
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>True while nothing is kept out, so that nothing needs to be looked at.</summary>
    public bool IsEmpty => _blocked.IsEmpty;

    public void Add(IEnumerable<byte[]> hashes)
    {
        foreach (var hash in hashes)
        {
            _blocked[Convert.ToHexStringLower(hash)] = true;
        }
    }

    public void Remove(byte[] hash) => _blocked.TryRemove(Convert.ToHexStringLower(hash), out _);

    public bool Has(string type, string value) => _blocked.ContainsKey(Convert.ToHexStringLower(HashOf(_keys!, type, value)));

    public bool HasRecord(string stream, string key) => _blocked.ContainsKey(_keys!.HashText("record:" + stream, key));

    /// <summary>Counts what was kept out today.</summary>
    public ValueTask CountAsync(string what, long count, CancellationToken cancellationToken) =>
        count == 0 ? ValueTask.CompletedTask : store.CountBlockedAsync(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), what, count, cancellationToken);

    public void Dispose() => _once.Dispose();
}

/// <summary>Looks at the records of one stream.</summary>
internal sealed class RecordGate
{
    private readonly ErasureGate _gate;
    private readonly string _stream;
    private readonly MappingModel? _mapping;
    private readonly RuleMoment _moment;
    private readonly List<(MappedField Field, string Type)> _identifiers = [];

    public RecordGate(ErasureGate gate, InsightsModel model, string stream, RuleMoment moment)
    {
        (_gate, _stream, _moment) = (gate, stream, moment);
        _mapping = model.Mappings.GetValueOrDefault(stream);
        if (_mapping?.Profile is { } profile && model.ProfileTypes.TryGetValue(profile.Type, out var type))
        {
            foreach (var field in profile.Fields)
            {
                if (Semantics.Identifier(field.Name, type.Document.Attributes.GetValueOrDefault(field.Name)?.SemanticType) is { } identifier)
                {
                    _identifiers.Add((field, identifier));
                }
            }
        }
    }

    /// <summary>Takes out of a list what must not come in, and counts it.</summary>
    public async ValueTask FilterAsync(List<IncomingRecord> records, CancellationToken cancellationToken)
    {
        if (!_gate.IsEmpty)
        {
            await _gate.CountAsync(_stream, records.RemoveAll(record => Blocks(record.Key, record.Document)), cancellationToken);
        }
    }

    /// <summary>Whether an event names somebody who was erased.</summary>
    public bool Blocks(ProjectedEvent one)
    {
        var fields = new Dictionary<string, Value>(one.Traits, StringComparer.Ordinal);
        foreach (var identity in one.Identities)
        {
            if (_gate.Has(identity.Type, identity.Value) || _gate.HasRecord(_stream, identity.Key))
            {
                return true;
            }

            fields[identity.Type] = Value.Of(identity.Value);
        }

        return Names(fields);
    }

    private bool Blocks(string key, byte[]? document)
    {
        if (_gate.HasRecord(_stream, key))
        {
            return true;
        }

        if (document is null || (_identifiers.Count == 0 && _mapping?.Activity?.LinkKey is null))
        {
            return false;
        }

        var fields = ValueDocument.Read(document);
        return Names(fields) || Points(fields);
    }

    private bool Names(IReadOnlyDictionary<string, Value> fields)
    {
        var subject = new RecordSubject(fields);
        foreach (var (field, type) in _identifiers)
        {
            if (Text(field.Rule, subject) is { Length: > 0 } value && _gate.Has(type, value))
            {
                return true;
            }
        }

        return false;
    }

    private bool Points(IReadOnlyDictionary<string, Value> fields) =>
        _mapping?.Activity is { LinkKey: { } link, LinkStream: { } stream } && Text(link, new RecordSubject(fields)) is { } key && _gate.HasRecord(stream, key);

    private string? Text(BoundRule rule, RecordSubject subject)
    {
        try
        {
            return Conversion.To(rule.Evaluate(subject, _moment), DataType.Text) is { IsMissing: false } value ? value.AsText() : null;
        }
        catch (RuleEvaluationException)
        {
            // The projector tells of it; such a record comes to nothing.
            return null;
        }
    }
}
