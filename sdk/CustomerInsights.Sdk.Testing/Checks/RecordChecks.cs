using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>R03, R04, R05 and R13: the records themselves.</summary>
internal static class RecordChecks
{
    internal static async Task KindsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, catalog, reading) = await trial.GoodReferenceAsync(cancellationToken);
        var kinds = Descriptors(catalog, reading).ToDictionary(pair => pair.Key, pair => pair.Value.Fields.ToDictionary(field => field.Name, field => field.Kind, StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (stream, names, record) in reading.Records().Where(found => found.Record.Operation == RecordOperation.Upsert))
        {
            for (var i = 0; i < names.Count; i++)
            {
                var value = record.Values[i];
                if (!value.IsNull && kinds[stream].TryGetValue(names[i], out var kind))
                {
                    Expect.That(value.Kind == kind, $"'{names[i]}' of record '{record.Key}' in '{stream}' is {value.Kind}; the stream declares {kind}. The host rejects such a record.");
                    Expect.That(value.Kind != FieldKind.Json || IsJson(value.AsText()), $"'{names[i]}' of record '{record.Key}' in '{stream}' is declared as JSON and is not valid JSON.");
                }
            }
        }
    }

    internal static async Task FieldsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, catalog, reading) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var (name, stream) in Descriptors(catalog, reading).Where(pair => reading.Records(pair.Key).Any()))
        {
            var declared = stream.Fields.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
            var seen = reading.Records(name).SelectMany(found => found.Names.All.Where((_, i) => found.Record.Operation == RecordOperation.Upsert && !found.Record.Values[i].IsNull)).ToHashSet(StringComparer.Ordinal);
            var undeclared = seen.Except(declared, StringComparer.Ordinal).ToList();
            Expect.That(undeclared.Count == 0, $"'{name}' yields {Expect.Some(undeclared)}, which it does not declare. Declare it, or send SchemaFound before.");
            var never = declared.Except(seen, StringComparer.Ordinal).Except(trial.Component.Test.Expect.Streams.GetValueOrDefault(name)?.Unfilled ?? [], StringComparer.Ordinal).ToList();
            Expect.That(never.Count == 0, $"'{name}' declares {Expect.Some(never)}, which has a value in no record. Add a record with it to the fixture, or name it in expect.streams.{name}.unfilled.");
        }
    }

    internal static async Task KeysAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, catalog, reading) = await trial.GoodReferenceAsync(cancellationToken);
        foreach (var (name, stream) in Descriptors(catalog, reading))
        {
            var keys = new HashSet<string>(StringComparer.Ordinal);
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (_, names, record) in reading.Records(name).Where(found => found.Record.Operation == RecordOperation.Upsert))
            {
                Expect.That(keys.Add(record.Key), $"The key '{record.Key}' comes twice in one read of '{name}'. Two records with one key are one record to the host: the second takes the place of the first.");
                if (stream.PrimaryKey.Count == 0)
                {
                    continue;
                }

                var parts = stream.PrimaryKey.Select(field => names.IndexOf(field) is var at and >= 0 ? record.Values[at] : FieldValue.Null).ToList();
                var missing = stream.PrimaryKey.Where((_, i) => parts[i].IsNull).ToList();
                Expect.That(missing.Count == 0, $"Record '{record.Key}' of '{name}' has no value for {Expect.Some(missing)}, which is of the primary key. Reject such a record.");
                var text = string.Join('\u001f', parts.Select(Canonical.Value));
                Expect.That(values.TryAdd(text, record.Key), $"Records '{values.GetValueOrDefault(text)}' and '{record.Key}' of '{name}' have the same primary key ({string.Join(", ", parts)}) and other keys. The same record always has the same key.");
            }
        }
    }

    internal static async Task ValuesAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (_, _, reading) = await trial.GoodReferenceAsync(cancellationToken);
        var expected = trial.Component.Test.Expect.Streams.Where(pair => pair.Value.Values.Count > 0).ToList();
        if (expected.Count == 0)
        {
            throw Expect.NotHere("test.json gives no values (expect.streams.<name>.values): non-Latin text, null, dates before 1970 and with offsets, integers over 2^53.");
        }

        foreach (var (stream, expectation) in expected)
        {
            foreach (var (key, fields) in expectation.Values)
            {
                var (_, names, record) = reading.Records(stream).LastOrDefault(found => found.Record.Key == key);
                Expect.That(record is not null, $"'{stream}' has no record '{key}', for which test.json expects values.");
                foreach (var (field, value) in fields)
                {
                    var at = names.IndexOf(field);
                    var found = at < 0 ? FieldValue.Null : record!.Values[at];
                    Expect.That(JsonValues.Equal(value, found), $"'{field}' of record '{key}' in '{stream}' is {ReadChecks.Shown(Canonical.Value(found))}; the source has {ReadChecks.Shown(value?.ToJsonString() ?? "null")}.");
                }
            }
        }
    }

    // A descriptor that comes with the records is the newer one.
    private static Dictionary<string, StreamDescriptor> Descriptors(SourceCatalog catalog, Reading reading)
    {
        var descriptors = catalog.Streams.ToDictionary(stream => stream.Name, StringComparer.Ordinal);
        foreach (var found in reading.Messages.OfType<SchemaFound>())
        {
            descriptors[found.Stream] = found.Descriptor;
        }

        return descriptors;
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(text);
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
