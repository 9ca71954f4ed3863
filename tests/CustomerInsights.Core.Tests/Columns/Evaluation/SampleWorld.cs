using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Columns.Evaluation;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Tests.Rules;

namespace CustomerInsights.Core.Tests.Columns.Evaluation;

/// <summary>Profiles in memory as columns: in several parts, with dead rows between them.</summary>
internal sealed class SampleWorld
{
    private static readonly ColumnSchema s_schema = Schema(Sample.Schema);
    private static readonly ColumnSchema s_accounts = Schema(Sample.Schema.Relationships["account"]);

    private readonly FakeProfile[] _people;

    /// <summary>Over profiles; the number of one is twice its index, and odd numbers are dead.</summary>
    /// <param name="people">The profiles.</param>
    /// <param name="parts">How many parts they are spread over.</param>
    /// <param name="dead">Whether a dead row stands beside each living one.</param>
    public SampleWorld(FakeProfile[] people, int parts = 1, bool dead = false)
    {
        _people = people;
        var size = Math.Max(1, (people.Length + parts - 1) / parts);
        var image = new ColumnImage("person", [.. people.Select((person, index) => (person, index)).Chunk(size).Select(chunk => Part(chunk, dead))], 0);
        var accounts = Accounts();
        World = new ColumnWorld(
            new Dictionary<string, ColumnImage> { ["person"] = image, ["account"] = accounts.Image },
            new Dictionary<string, IReadOnlyDictionary<string, ColumnRelation>>
            {
                ["person"] = new Dictionary<string, ColumnRelation> { ["account"] = new LinkRelation("account", accounts.OfPerson) },
                ["account"] = new Dictionary<string, ColumnRelation> { ["parent"] = new LinkRelation("account", accounts.Parents) },
            });
    }

    public ColumnWorld World { get; }

    /// <summary>A run over the profiles, with the segments that they say to be in.</summary>
    public ColumnRun Run(RuleMoment? moment = null, int threads = 2)
    {
        var run = new ColumnRun(World, "person", moment ?? Sample.Moment, threads, default);
        foreach (var segment in _people.SelectMany(person => person.Segments).Distinct())
        {
            run.Enter(segment, Numbers(person => person.Segments.Contains(segment)));
        }

        foreach (var channel in _people.SelectMany(person => person.Channels).Distinct())
        {
            run.Reach(channel, ImageRows.Of(run.Image, Numbers(person => person.Channels.Contains(channel))));
        }

        return run;
    }

    private long[] Numbers(Func<FakeProfile, bool> holds) => [.. Enumerable.Range(0, _people.Length).Where(i => holds(_people[i])).Select(i => 2L * i)];

    private static ColumnSchema Schema(RuleSchema schema) => new(schema.Attributes, schema.Activities);

    private static LivePart Part((FakeProfile Person, int Index)[] chunk, bool dead)
    {
        var builder = new ColumnPartBuilder(s_schema);
        var alive = new RowBits(dead ? 2 * chunk.Length : chunk.Length);
        foreach (var (person, index) in chunk)
        {
            alive[builder.Rows] = true;
            Add(builder, 2L * index, person);
            if (dead)
            {
                // It has another's data, so that whoever counts it is found out.
                Add(builder, (2L * index) + 1, chunk[0].Person);
            }
        }

        return new LivePart(builder.Build(), dead ? alive : null);
    }

    private static void Add(ColumnPartBuilder builder, long number, FakeProfile person) => builder.Add(
        number,
        new ProfileId(new Guid((int)number, 0, 0, new byte[8])),
        person.Attribute,
        Sample.Schema.Activities.Keys.SelectMany(type => person.Activities(type).Select(one => new ColumnActivity(type, one.Id, one.At, one.Field))));

    private (ColumnImage Image, Dictionary<long, long> OfPerson, Dictionary<long, long> Parents) Accounts()
    {
        var builder = new ColumnPartBuilder(s_accounts);
        var numbers = new Dictionary<FakeProfile, long>(ReferenceEqualityComparer.Instance);
        var parents = new Dictionary<long, long>();
        var ofPerson = new Dictionary<long, long>();
        for (var i = 0; i < _people.Length; i++)
        {
            if (_people[i].RelatedProfiles.GetValueOrDefault("account") is { } account)
            {
                ofPerson[2L * i] = Number(account);
            }
        }

        return (new ColumnImage("account", [new LivePart(builder.Build(), null)], 0), ofPerson, parents);

        long Number(FakeProfile account)
        {
            if (!numbers.TryGetValue(account, out var number))
            {
                numbers[account] = number = numbers.Count;
                Add(builder, number, account);
                if (account.RelatedProfiles.GetValueOrDefault("parent") is { } parent)
                {
                    parents[number] = Number(parent);
                }
            }

            return number;
        }
    }
}
