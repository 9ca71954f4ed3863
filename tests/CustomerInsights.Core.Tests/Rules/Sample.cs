using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>The schema, the profiles and the moment that the tests of rules share.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = Time("2026-03-31T12:00:00Z");

    public static readonly RuleSchema Schema = MakeSchema();

    public static readonly RuleMoment Moment = new(Now);

    /// <summary>A profile with everything.</summary>
    public static readonly FakeProfile Ada = MakeAda();

    /// <summary>A profile with nothing at all.</summary>
    public static readonly FakeProfile Nobody = new();

    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static RuleSchema MakeSchema()
    {
        var relationships = new Dictionary<string, RuleSchema>();
        var account = new RuleSchema
        {
            Attributes = new Dictionary<string, DataType> { ["industry"] = DataType.Text, ["employees"] = DataType.Integer, ["crm.score"] = DataType.Number },
            Relationships = relationships,
        };
        relationships["parent"] = account;
        return new RuleSchema
        {
            Attributes = new Dictionary<string, DataType>
            {
                ["first_name"] = DataType.Text,
                ["last_name"] = DataType.Text,
                ["email"] = DataType.Text,
                ["company"] = DataType.Text,
                ["city"] = DataType.Text,
                ["country"] = DataType.Text,
                ["age"] = DataType.Integer,
                ["visits"] = DataType.Integer,
                ["huge"] = DataType.Integer,
                ["zero"] = DataType.Integer,
                ["lifetime_spend"] = DataType.Decimal,
                ["discount"] = DataType.Decimal,
                ["score"] = DataType.Number,
                ["office365.engagement_score"] = DataType.Number,
                ["vip"] = DataType.Boolean,
                ["opted_in"] = DataType.Boolean,
                ["birthday"] = DataType.Date,
                ["joined"] = DataType.Date,
                ["last_seen"] = DataType.Time,
                ["tags"] = DataType.TextList,
                ["favourite colour"] = DataType.Text,
                ["by"] = DataType.Text,
            },
            Relationships = new Dictionary<string, RuleSchema> { ["account"] = account },
            Activities = new Dictionary<string, IReadOnlyDictionary<string, DataType>>
            {
                ["order"] = new Dictionary<string, DataType>
                {
                    ["amount"] = DataType.Decimal,
                    ["quantity"] = DataType.Integer,
                    ["weight"] = DataType.Number,
                    ["category"] = DataType.Text,
                    ["gift"] = DataType.Boolean,
                    ["due"] = DataType.Date,
                    ["labels"] = DataType.TextList,
                },
                ["page_view"] = new Dictionary<string, DataType> { ["url"] = DataType.Text, ["seconds"] = DataType.Integer },
                ["case"] = new Dictionary<string, DataType> { ["status"] = DataType.Text },
                ["web.click"] = new Dictionary<string, DataType> { ["target"] = DataType.Text },
            },
            Segments = new HashSet<string> { "churn-risk", "vips", "newcomers" },
            Channels = new HashSet<string> { "email", "sms", "push" },
        };
    }

    private static FakeProfile MakeAda()
    {
        var parent = new FakeProfile { Attributes = { ["industry"] = Value.Of("Holding") } };
        var account = new FakeProfile
        {
            Attributes = { ["industry"] = Value.Of("Retail"), ["employees"] = Value.Of(250), ["crm.score"] = Value.Of(7.5) },
            RelatedProfiles = { ["parent"] = parent },
        };
        var ada = new FakeProfile
        {
            Attributes =
            {
                ["first_name"] = Value.Of("Ada"),
                ["email"] = Value.Of("ada@contoso.com"),
                ["company"] = Value.Of("Contoso Ltd"),
                ["city"] = Value.Of("London"),
                ["country"] = Value.Of("UK"),
                ["age"] = Value.Of(36),
                ["visits"] = Value.Of(7),
                ["huge"] = Value.Of(long.MaxValue),
                ["zero"] = Value.Of(0),
                ["lifetime_spend"] = Value.Of(1234.50m),
                ["score"] = Value.Of(0.75),
                ["office365.engagement_score"] = Value.Of(80.0),
                ["vip"] = Value.Of(true),
                ["birthday"] = Value.Of(new DateOnly(1990, 1, 31)),
                ["joined"] = Value.Of(new DateOnly(2024, 2, 29)),
                ["last_seen"] = Value.Of(Time("2026-03-30T23:30:00Z")),
                ["tags"] = Value.Of(["gold", "beta"]),
                ["favourite colour"] = Value.Of("teal"),
                ["by"] = Value.Of("mail"),
            },
            RelatedProfiles = { ["account"] = account },
            Segments = { "vips" },
            Channels = { "email" },
        };
        ada.Add("order", "o1", "2025-01-10T10:00:00Z", ("amount", Value.Of(50m)), ("quantity", Value.Of(1)), ("weight", Value.Of(0.5)), ("category", Value.Of("books")), ("gift", Value.Of(false)));
        ada.Add("order", "o2", "2025-06-15T10:00:00Z", ("amount", Value.Of(120.25m)), ("quantity", Value.Of(3)), ("category", Value.Of("music")), ("gift", Value.Of(true)), ("due", Value.Of(new DateOnly(2025, 6, 20))));
        ada.Add("order", "o3", "2025-12-31T23:30:00Z", ("quantity", Value.Of(2)), ("category", Value.Of("books")));
        ada.Add("order", "o4", "2026-03-01T08:00:00Z", ("amount", Value.Of(80m)), ("quantity", Value.Of(1)), ("weight", Value.Of(2.25)), ("category", Value.Of("toys")), ("labels", Value.Of(["new", "sale"])));
        ada.Add("order", "o5", "2026-03-01T08:00:00Z", ("amount", Value.Of(120.25m)), ("quantity", Value.Of(5)));
        ada.Add("page_view", "p1", "2025-06-01T00:00:00Z", ("url", Value.Of("/music")), ("seconds", Value.Of(10)));
        ada.Add("page_view", "p2", "2025-06-10T00:00:00Z", ("url", Value.Of("/music")), ("seconds", Value.Of(30)));
        ada.Add("page_view", "p3", "2026-02-27T00:00:00Z", ("url", Value.Of("/toys")), ("seconds", Value.Of(5)));
        ada.Add("page_view", "p4", "2026-03-30T00:00:00Z", ("url", Value.Of("/cart")));
        ada.Add("case", "c1", "2026-01-01T00:00:00Z", ("status", Value.Of("active")));
        ada.Add("web.click", "w1", "2026-01-02T00:00:00Z", ("target", Value.Of("buy")));
        return ada;
    }
}

/// <summary>A profile in memory.</summary>
internal sealed class FakeProfile : IRuleSubject
{
    private readonly Dictionary<string, List<IRuleActivity>> _activities = [];

    public Dictionary<string, Value> Attributes { get; } = [];

    public Dictionary<string, FakeProfile> RelatedProfiles { get; } = [];

    public HashSet<string> Segments { get; } = [];

    public HashSet<string> Channels { get; } = [];

    public void Add(string type, string id, string at, params ReadOnlySpan<(string Name, Value Value)> fields)
    {
        var activity = new FakeActivity(id, Sample.Time(at));
        foreach (var (name, value) in fields)
        {
            activity.Fields[name] = value;
        }

        Add(type, activity);
    }

    public void Add(string type, FakeActivity activity)
    {
        if (!_activities.TryGetValue(type, out var list))
        {
            _activities[type] = list = [];
        }

        list.Add(activity);
        list.Sort((a, b) => a.At.CompareTo(b.At) is not 0 and var byTime ? byTime : string.CompareOrdinal(a.Id, b.Id));
    }

    public Value Attribute(string name) => Attributes.GetValueOrDefault(name);

    public IRuleSubject? Related(string relationship) => RelatedProfiles.GetValueOrDefault(relationship);

    public IReadOnlyList<IRuleActivity> Activities(string type) => _activities.TryGetValue(type, out var list) ? list : [];

    public bool InSegment(string name) => Segments.Contains(name);

    public bool Reachable(string channel) => Channels.Contains(channel);
}

internal sealed class FakeActivity(string id, DateTimeOffset at) : IRuleActivity
{
    public Dictionary<string, Value> Fields { get; } = [];

    public string Id { get; } = id;

    public DateTimeOffset At { get; } = at;

    public Value Field(string name) => Fields.GetValueOrDefault(name);
}
