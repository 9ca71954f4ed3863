using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A card, bound.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ProfileType">Whose.</param>
/// <param name="Title">What to call it.</param>
/// <param name="Fields">What it shows.</param>
/// <param name="Template">Its template; null for the host's own.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record CardModel(string Name, string ProfileType, string Title, IReadOnlyList<CardFieldModel> Fields, string? Template, IReadOnlyList<CardRowModel> Rows);

internal sealed record CardFieldModel(string Name, string Label, CardFormat Format, BoundRule Rule);

/// <summary>A row of cards, bound. Without a sort it is a sample.</summary>
internal sealed record CardRowModel(string Name, CardRowDocument Document, BoundRule? Sort, BoundRule? Filter);

/// <summary>Binds cards, and makes one for each profile type that has none.</summary>
internal sealed class CardModels(ModelBuilder builder, IReadOnlyList<MeasureModel> measures)
{
    private const int MostTemplate = 16 * 1024;

    // What a card of somebody is made of, by the meaning of attributes.
    private static readonly (string Semantic, string Name, string Label, CardFormat Format)[] s_attributes =
    [
        ("address.city", "city", "City", CardFormat.Text), ("person.gender", "gender", "Gender", CardFormat.Text),
        ("person.marital_status", "marital_status", "Marital status", CardFormat.Text), ("person.job_title", "job_title", "Job title", CardFormat.Text),
        (Semantics.Phone, "phone", "Phone", CardFormat.Phone), (Semantics.Email, "email", "E-mail", CardFormat.Email),
    ];

    private static readonly (string Field, string Row, string Title)[] s_rows =
    [
        ("lifetime_spend", "top_paying", "Top paying customers"), ("engagement", "most_engaged", "Most engaged customers"), ("active_cases", "most_active_cases", "Most active cases"),
    ];

    public List<CardModel> Build()
    {
        var cards = new List<CardModel>();
        foreach (var (name, document) in builder.Read<CardDocument>(DefinitionKinds.Card))
        {
            if (builder.Known(DefinitionKinds.Card, name, "/profileType", document.ProfileType, builder.ProfileTypes, "profile type") is null || !builder.Schemas.TryGetValue(document.ProfileType, out var schema))
            {
                continue;
            }

            var before = builder.FaultCount;
            var card = Bind(name, document, schema);
            if (builder.FaultCount == before)
            {
                cards.Add(card);
            }
        }

        foreach (var (type, schema) in builder.Schemas.Where(pair => !builder.Defines(DefinitionKinds.Card, pair.Key)))
        {
            cards.Add(Bind(type, new CardDocument { ProfileType = type, DisplayName = builder.ProfileTypes[type].DisplayName }, schema));
        }

        return cards;
    }

    private CardModel Bind(string name, CardDocument document, RuleSchema schema)
    {
        var fields = new List<CardFieldModel>();
        var documents = document.Fields ?? Usual(document.ProfileType);
        if (document.Fields is { Count: 0 or > 50 })
        {
            builder.Fault(DefinitionKinds.Card, name, "/fields", "count", "A card has 1 to 50 fields.");
        }

        for (var i = 0; i < documents.Count; i++)
        {
            var field = documents[i];
            if (!Names.IsField(field.Name) || fields.Exists(other => other.Name == field.Name))
            {
                builder.Fault(DefinitionKinds.Card, name, $"/fields/{i}/name", "name", $"'{field.Name}' is there twice, or no name of letters, digits and _.");
            }
            else if (builder.Bind(DefinitionKinds.Card, name, $"/fields/{i}/{(field.Expression is null ? "name" : "expression")}", field.Expression ?? $"`{field.Name}`", schema, RuleUse.Value) is { } rule)
            {
                fields.Add(new CardFieldModel(field.Name, field.Label ?? field.Name, field.Format, rule));
            }
        }

        if (document.Template is { } template && CardTemplateCheck.Fault(template, MostTemplate) is { } fault)
        {
            builder.Fault(DefinitionKinds.Card, name, "/template", "template", fault);
        }

        return new CardModel(name, document.ProfileType, document.DisplayName ?? name, fields, document.Template, [.. Rows(name, document, documents, schema)]);
    }

    private IEnumerable<CardRowModel> Rows(string name, CardDocument document, IReadOnlyList<CardFieldDocument> fields, RuleSchema schema)
    {
        var rows = document.Rows ?? s_rows.Where(row => fields.Any(field => field.Name == row.Field))
            .Select(row => KeyValuePair.Create(row.Row, new CardRowDocument { Title = row.Title, Sort = fields.First(field => field.Name == row.Field).Expression }))
            .Append(KeyValuePair.Create("sample", new CardRowDocument { Title = "A sample of all" })).ToDictionary(StringComparer.Ordinal);
        foreach (var (row, content) in rows)
        {
            var place = $"/rows/{Names.Escape(row)}";
            if (!Names.IsField(row) || content.Size is < 1 or > 50)
            {
                builder.Fault(DefinitionKinds.Card, name, place, "row", "A row is named by letters, digits and _, and has 1 to 50 cards.");
            }

            var sort = content.Sort is null ? null : builder.Bind(DefinitionKinds.Card, name, place + "/sort", content.Sort, schema, RuleUse.Value);
            var filter = content.Filter is null ? null : builder.Bind(DefinitionKinds.Card, name, place + "/filter", content.Filter, schema, RuleUse.Condition);
            if (sort is { Type: DataType.TextList })
            {
                builder.Fault(DefinitionKinds.Card, name, place + "/sort", "type", "Lists have no order; sort by a number, a date or a text.");
            }

            yield return new CardRowModel(row, content, sort, filter);
        }
    }

    private List<CardFieldDocument> Usual(string type)
    {
        var attributes = builder.ProfileTypes[type].Attributes;
        var fields = new List<CardFieldDocument>();
        foreach (var (semantic, name, label, format) in s_attributes)
        {
            if (attributes.FirstOrDefault(attribute => attribute.Value.SemanticType == semantic) is { Key: { } attribute })
            {
                fields.Add(new CardFieldDocument { Name = name, Label = label, Expression = $"`{attribute}`", Format = format });
            }
        }

        if (measures.FirstOrDefault(measure => measure.Engagement is not null && measure.Document.ProfileType == type) is { } engagement)
        {
            fields.Add(new CardFieldDocument { Name = "engagement", Label = "Engagement", Expression = $"`{engagement.Name}`", Format = CardFormat.Score });
        }

        // What somebody spent, and what is in process: a deal that is lost brings nothing.
        var spent = Sums("order.amount", "order.status", ["cancelled", "canceled", "refunded", "returned"]).Concat(Sums("deal.value", "deal.stage", ["lost"])).ToList();
        if (spent.Count > 0)
        {
            fields.Add(new CardFieldDocument { Name = "lifetime_spend", Label = "Lifetime spend", Expression = string.Join(" + ", spent), Format = CardFormat.Money });
        }

        var cases = builder.ActivityTypes.Select(activity => (activity.Key, Status: Field(activity.Value, "case.status"))).Where(pair => pair.Status is not null)
            .Select(pair => $"count(`{pair.Key}` where {Not(pair.Status!, ["closed", "resolved", "cancelled", "canceled"])})").ToList();
        if (cases.Count > 0)
        {
            fields.Add(new CardFieldDocument { Name = "active_cases", Label = "Active cases", Expression = string.Join(" + ", cases) });
        }

        return fields;
    }

    private IEnumerable<string> Sums(string amount, string status, IReadOnlyList<string> not)
    {
        foreach (var (name, activity) in builder.ActivityTypes)
        {
            if (Field(activity, amount) is { } field && activity.Fields[field].Type is DataType.Decimal or DataType.Integer or DataType.Number)
            {
                yield return Field(activity, status) is { } state && activity.Fields[state].Type == DataType.Text ? $"sum(`{name}`.`{field}` where {Not(state, not)})" : $"sum(`{name}`.`{field}`)";
            }
        }
    }

    private static string Not(string field, IReadOnlyList<string> values) => $"`{field}` is missing or lower(`{field}`) not in ({string.Join(", ", values.Select(value => $"\"{value}\""))})";

    private static string? Field(ActivityTypeDocument type, string semantic) => type.Fields.FirstOrDefault(field => field.Value.SemanticType == semantic).Key;
}
