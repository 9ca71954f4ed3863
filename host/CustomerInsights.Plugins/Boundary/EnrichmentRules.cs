using System.Text.RegularExpressions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Boundary;

/// <summary>The rules of an enrichment's answers. One instance per description; a run of a population needs a new one.</summary>
internal sealed partial class EnrichmentRules(EnrichmentDescriptor descriptor)
{
    private readonly Dictionary<string, FieldKind> _writes = descriptor.Writes.ToDictionary(field => field.Name, field => field.Kind, StringComparer.Ordinal);
    private readonly Dictionary<string, EnrichmentTable> _tables = descriptor.Tables.ToDictionary(table => table.Name, StringComparer.Ordinal);
    private bool _reported;

    private const int MaxConditions = 20;
    private const int MaxRule = 20_000;

    /// <summary>Checks and copies a description.</summary>
    /// <param name="described">As the plugin gave it.</param>
    /// <param name="isPopulation">Whether the enrichment sees everyone; only such a one may have conditions.</param>
    internal static EnrichmentDescriptor Descriptor(EnrichmentDescriptor? described, bool isPopulation)
    {
        var given = Rules.NotNull("The description", described);
        Rules.Require(given.Namespace is not null && NamespaceName().IsMatch(given.Namespace), "namespace", $"'{Rules.Short(given.Namespace ?? "")}' is not a namespace: 2 to 50 lower-case letters, digits and _");
        Rules.Require(!string.IsNullOrWhiteSpace(given.ProfileType), "profile-type", $"The description names no profile type.");
        Rules.Require(given.MaxBatch is >= 1 and <= Rules.MaxBatch, "max-batch", $"MaxBatch is {given.MaxBatch}; 1 to 10,000 are allowed.");
        Rules.Require(given.CacheFor >= TimeSpan.Zero, "cache-for", $"CacheFor is negative.");
        var reads = Rules.Copy("Reads", given.Reads, 0, Rules.MaxFields);
        Rules.Unique("Reads", reads);
        var activities = Rules.Copy("Activities", given.Activities, 0, 100, (selection, i) =>
        {
            Rules.Require(!string.IsNullOrWhiteSpace(selection.ActivityType), "activity-type", $"Activities: entry {i + 1} names no type.");
            return selection with { Fields = Rules.Copy($"Activities: the fields of '{selection.ActivityType}'", selection.Fields, 0, Rules.MaxFields) };
        });
        var tables = Rules.Copy("Tables", given.Tables, 0, 100, (table, _) =>
        {
            Rules.Require(table.Name is not null && PlainName().IsMatch(table.Name), "table-name", $"'{Rules.Short(table.Name ?? "")}' is not a table's name: 1 to 50 lower-case letters, digits and _");
            Rules.Defined("EnrichmentTable.Period", table.Period);
            return table with { Fields = Rules.Fields($"The table '{table.Name}'", table.Fields, least: 1) };
        });
        Rules.Unique("Tables", tables.Select(table => table.Name));
        var conditions = Rules.Copy("Conditions", given.Conditions, 0, MaxConditions, (condition, _) => Condition(condition));
        Rules.Unique("Conditions", conditions.Select(condition => condition.Name));
        Rules.Require(isPopulation || conditions.Length == 0, "conditions", $"It has {conditions.Length} conditions and answers profile by profile; only a population enrichment is handed their answers.");
        return given with { Reads = reads, Writes = Rules.Fields("Writes", given.Writes, least: 0), Activities = activities, Tables = tables, Conditions = conditions };
    }

    // What the rule means is the host's to check: it knows the attributes and activities.
    private static EnrichmentCondition Condition(EnrichmentCondition condition)
    {
        Rules.Require(condition.Name is not null && PlainName().IsMatch(condition.Name), "condition-name", $"'{Rules.Short(condition.Name ?? "")}' is not a condition's name: 1 to 50 lower-case letters, digits and _");
        Rules.Require(condition.Rule is { Length: >= 1 and <= MaxRule }, "condition-rule", $"The rule of the condition '{condition.Name}' has {condition.Rule?.Length ?? 0:N0} characters; 1 to {MaxRule:N0} are allowed.");
        Rules.Require(condition.Before >= TimeSpan.Zero, "condition-before", $"The condition '{condition.Name}': Before is negative; it says how long before the moment the question is asked.");
        Rules.Require(condition.Within is null || condition.Within > TimeSpan.Zero, "condition-within", $"The condition '{condition.Name}': Within must be above 0; leave it out for all activities before the moment.");
        return condition with { At = condition.At?.ToUniversalTime() };
    }

    /// <summary>One result per profile, in the same order.</summary>
    internal IReadOnlyList<EnrichmentResult> Results(IReadOnlyList<ProfileInput> batch, IReadOnlyList<EnrichmentResult>? results) =>
        Rules.Copy("The list of results", results, batch.Count, batch.Count, (result, i) =>
        {
            Rules.Require(result.ProfileId == batch[i].ProfileId, "result-order", $"Result {i + 1} is for '{Rules.Short(result.ProfileId ?? "")}', profile {i + 1} is '{batch[i].ProfileId}'; answer in the order that was handed in.");
            return Result(result);
        });

    internal PopulationMessage Check(PopulationMessage message)
    {
        switch (message)
        {
            case AttributeBatch batch:
                var results = Rules.Copy("AttributeBatch.Results", batch.Results, 1, Rules.MaxBatch, (result, _) => Result(result));
                Rules.Unique("AttributeBatch.Results", results.Select(result => result.ProfileId));
                return new AttributeBatch(results);
            case TableRows rows:
                return Check(rows);
            case PopulationCheckpoint checkpoint:
                Rules.Require(checkpoint.State.Length <= Rules.MaxState, "state-size", $"The checkpoint has {checkpoint.State.Length:N0} bytes; at most {Rules.MaxState:N0} are allowed. Larger things belong in the plugin's storage.");
                return new PopulationCheckpoint(checkpoint.State.ToArray());
            case EnrichmentReport report:
                Rules.Require(!_reported, "report-once", $"A second report came; a run gives one.");
                _reported = true;
                return Check(report);
            default:
                throw new RuleBrokenException("message", $"A message of type {message.GetType().Name} is not known.");
        }
    }

    private TableRows Check(TableRows rows)
    {
        var known = _tables.TryGetValue(rows.Table ?? "", out var table);
        Rules.Require(known, "table", $"The table '{Rules.Short(rows.Table ?? "")}' was not declared.");
        return new TableRows(rows.Table!, Rules.Copy("TableRows.Rows", rows.Rows, 1, Rules.MaxBatch, (row, _) =>
        {
            Rules.Require(!string.IsNullOrEmpty(row.ProfileId), "profile-id", $"A row of '{rows.Table}' names no profile.");
            return row with { Values = Values($"A row of '{rows.Table}'", row.Values, table!.Fields) };
        }));
    }

    private static EnrichmentReport Check(EnrichmentReport report) => report with
    {
        Summary = Rules.Note(report.Summary, Rules.MaxReason) ?? "",
        Metrics = Rules.Copy("EnrichmentReport.Metrics", report.Metrics, 0, 1000, (metric, _) =>
        {
            Rules.Value($"The metric '{Rules.Short(metric.Name ?? "")}'", metric.Value, null);
            return metric;
        }),
        Warnings = Rules.Copy("EnrichmentReport.Warnings", report.Warnings, 0, 1000, (text, _) => Rules.Note(text)!),
        Tables = Rules.Copy("EnrichmentReport.Tables", report.Tables, 0, 100, (table, _) =>
        {
            var columns = Rules.Copy($"The columns of '{table.Title}'", table.Columns, 1, 200);
            return table with
            {
                Columns = columns,
                Rows = Rules.Copy<IReadOnlyList<FieldValue>>($"The rows of '{table.Title}'", table.Rows, 0, 1000, (row, _) => Rules.Copy($"A row of '{table.Title}'", row, columns.Length, columns.Length)),
            };
        }),
        Series = Rules.Copy("EnrichmentReport.Series", report.Series, 0, 100, (series, _) => series with
        {
            Points = Rules.Copy($"The points of '{series.Title}'", series.Points, 0, 10_000, (point, _) =>
            {
                Rules.Require(double.IsFinite(point.Y), "finite", $"A point of '{series.Title}' has the height {point.Y}; it must be finite.");
                return point;
            }),
        }),
    };

    private EnrichmentResult Result(EnrichmentResult result)
    {
        Rules.Require(!string.IsNullOrEmpty(result.ProfileId), "profile-id", $"A result names no profile.");
        Rules.Defined("EnrichmentResult.Outcome", result.Outcome);
        if (result.Values is null)
        {
            return result with { Reason = Rules.Note(result.Reason) };
        }

        var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        foreach (var (name, value) in result.Values)
        {
            var declared = _writes.TryGetValue(name, out var kind);
            Rules.Require(declared, "undeclared", $"The attribute '{Rules.Short(name)}' was not declared in Writes.");
            Rules.Require(values.Count < Rules.MaxFields, "count", $"A result has more than {Rules.MaxFields:N0} values.");
            Rules.Value($"The attribute '{name}'", value, kind);
            values[name] = value;
        }

        return result with { Values = values, Reason = Rules.Note(result.Reason) };
    }

    private static FieldValue[] Values(string what, IReadOnlyList<FieldValue>? values, IReadOnlyList<FieldDescriptor> fields) =>
        Rules.Copy(what, values, fields.Count, fields.Count, (value, i) =>
        {
            Rules.Value($"{what}: '{fields[i].Name}'", value, fields[i].Kind);
            return value;
        });

    [GeneratedRegex(@"^[a-z0-9_]{2,50}\z", RegexOptions.NonBacktracking)]
    private static partial Regex NamespaceName();

    [GeneratedRegex(@"^[a-z0-9_]{1,50}\z", RegexOptions.NonBacktracking)]
    private static partial Regex PlainName();
}
