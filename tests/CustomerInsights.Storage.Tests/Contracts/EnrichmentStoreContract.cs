using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Enrichments;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class EnrichmentStoreContract : StoreContract
{
    private const string Type = "customer";

    private long[] _numbers = [];

    private IEnrichmentStore Enrichments => Store.Enrichments;

    [Fact]
    public async Task A_generation_is_seen_when_it_is_published_and_not_before()
    {
        await ProfilesAsync(3);
        var draft = await Enrichments.BeginAsync("rank", Type, "job 1", At(0), None);
        await Enrichments.WriteAsync(draft, Write([Answer(1, """{"rank.position":1}"""), Answer(2, """{"rank.position":2}"""), Answer(99, "{}")]), None);
        await Enrichments.WriteAsync(draft, Write([new NewAnswer(Id(3), 1, null, At(1))]), None);
        Assert.Null((await Store.Profiles.FindAsync(Id(1), None))!.Enriched);
        Assert.Empty(await Enrichments.OfProfileAsync(_numbers[0], None));
        Assert.Equal(3, (await AllAsync(Enrichments.ReadDraftAsync(draft, None))).Count);

        var last = await Store.Changes.LastAsync(None);
        Assert.Equal(2, await Enrichments.PublishAsync(draft, Run("job 1"), None));
        await ReopenAsync();
        Assert.Equal("""{"rank.position":1}""", Text((await Store.Profiles.FindAsync(Id(1), None))!.Enriched));
        Assert.Null((await Store.Profiles.FindAsync(Id(3), None))!.Enriched);
        Assert.Equal(
            [(ChangeKind.Measures, _numbers[0]), (ChangeKind.Measures, _numbers[1])], (await Store.Changes.ReadAsync(last, 10, None)).Select(change => (change.Kind, change.Id)));
        var said = Assert.Single(await Enrichments.OfProfileAsync(_numbers[2], None));
        Assert.Equal(("rank", "job 1", At(0), 1, At(1)), (said.Enrichment, said.JobId, said.AsOf, said.Answer.Outcome, said.Answer.At));
        Assert.Null(await Enrichments.FindDraftAsync("rank", None));
    }

    [Fact]
    public async Task The_next_generation_takes_the_place_of_the_one_before_and_tells_what_differs()
    {
        await ProfilesAsync(4);
        await PublishAsync("rank", [Answer(1, """{"rank.position":1}"""), Answer(2, """{"rank.position":2}"""), Answer(3, """{"rank.position":3}"""), Answer(4, """{"rank.position":4}""")]);
        var last = await Store.Changes.LastAsync(None);

        // The same, another, a failed one that keeps what was said, and nobody.
        Assert.Equal(2, await PublishAsync("rank", [Answer(1, """{"rank.position":1}"""), Answer(2, """{"rank.position":9}"""), new NewAnswer(Id(3), 3, null, At(5)) { Keep = true }]));
        Assert.Equal([_numbers[1], _numbers[3]], (await Store.Changes.ReadAsync(last, 10, None)).Select(change => change.Id));
        Assert.Equal("""{"rank.position":9}""", Text((await Store.Profiles.FindAsync(Id(2), None))!.Enriched));
        Assert.Equal("""{"rank.position":3}""", Text((await Store.Profiles.FindAsync(Id(3), None))!.Enriched));
        Assert.Null((await Store.Profiles.FindAsync(Id(4), None))!.Enriched);
        Assert.Equal([1, 2], (await Enrichments.LastAsync("rank", [.. _numbers], None)).Values.Where(answer => answer.Outcome == 0).Select(answer => Array.IndexOf(_numbers, answer.Profile) + 1));
        await ClearAsync();
        Assert.Equal("""{"rank.position":9}""", Text((await Store.Profiles.FindAsync(Id(2), None))!.Enriched));
    }

    [Fact]
    public async Task What_was_written_behind_a_checkpoint_is_forgotten_when_a_run_is_resumed()
    {
        await ProfilesAsync(3);
        var draft = await Enrichments.BeginAsync("rank", Type, "job 1", At(0), None);
        await Enrichments.WriteAsync(draft, Write([Answer(1, """{"a":1}""")], [Row(1, 1, "{}")]) with { Checkpoint = Doc("one"), Report = "\"said\"" }, None);
        await Enrichments.WriteAsync(draft, Write([Answer(2, """{"a":2}""")], [Row(2, 1, "{}")]), None);
        await ReopenAsync();
        draft = (await Enrichments.FindDraftAsync("rank", None))!;
        Assert.Equal(("job 1", "one", At(0)), (draft.JobId, Text(draft.Checkpoint), draft.AsOf));
        await Enrichments.ResumeAsync(draft, None);
        Assert.Equal([_numbers[0]], (await AllAsync(Enrichments.ReadDraftAsync(draft, None))).Select(answer => answer.Profile));
        await Enrichments.WriteAsync(draft, Write([Answer(3, """{"a":3}""")]), None);
        Assert.Equal(2, await Enrichments.PublishAsync(draft, Run("job 1"), None));
        Assert.Equal("\"said\"", (await Enrichments.FindRunAsync("rank", "job 1", None))!.Report);
        Assert.Empty(await Enrichments.RowsAsync("rank", "monthly", _numbers[1], None));
    }

    [Fact]
    public async Task One_generation_is_made_at_a_time_and_one_given_up_leaves_what_was_there()
    {
        await ProfilesAsync(1);
        await PublishAsync("rank", [Answer(1, """{"a":1}""")]);
        var draft = await Enrichments.BeginAsync("rank", Type, "job 2", At(0), None);
        await Assert.ThrowsAsync<StoreConflictException>(() => Enrichments.BeginAsync("rank", Type, "job 3", At(0), None).AsTask());
        await Enrichments.WriteAsync(draft, Write([Answer(1, """{"a":2}""")]), None);
        await Enrichments.AbandonAsync("rank", Run("job 2", succeeded: false), None);
        await Assert.ThrowsAsync<StoreConflictException>(() => Enrichments.WriteAsync(draft, Write([]), None).AsTask());
        await Assert.ThrowsAsync<StoreConflictException>(() => Enrichments.PublishAsync(draft, Run("job 2"), None).AsTask());
        Assert.Equal("""{"a":1}""", Text((await Store.Profiles.FindAsync(Id(1), None))!.Enriched));
        Assert.Equal(["job 2", "job"], (await PagesAsync(after => Enrichments.ListRunsAsync("rank", after, 1, None))).Select(run => run.JobId));
        await Assert.ThrowsAsync<BadCursorException>(() => Enrichments.ListRunsAsync("rank", "x", 5, None).AsTask());
    }

    [Fact]
    public async Task What_several_enrichments_say_stands_in_one_document_wherever_profiles_are_read()
    {
        await ProfilesAsync(2);
        await Store.Measures.PutProfileValuesAsync([KeyValuePair.Create(_numbers[0], (byte[]?)Doc("""{"spend":5}"""))], None);
        var after = await Store.Changes.LastAsync(None);
        await PublishAsync("one", [Answer(1, """{"one.a":1}"""), Answer(2, "{}")]);
        await PublishAsync("two", [Answer(1, """{"two.b":"x"}"""), Answer(2, """{"two.b":"y"}""")]);
        const string First = """{"one.a":1,"two.b":"x"}""";
        Assert.Equal(First, Text((await Store.Profiles.FindAsync(Id(1), None))!.Enriched));
        var population = (await AllAsync(Store.Profiles.ReadPopulationAsync(new PopulationQuery(Type, []), None))).SelectMany(batch => batch).ToList();
        Assert.Equal([First, """{"two.b":"y"}"""], population.Select(profile => Text(profile.Enriched)));
        Assert.Equal("""{"spend":5}""", Text(population[0].Measures));
        Assert.Equal(First, Text((await Store.Profiles.ReadTouchedAsync([new ProfileRead(_numbers[0], [])], None))[0].Profile.Enriched));

        string[] all = ["""{"spend":5,"one.a":1,"two.b":"x"}""", """{"two.b":"y"}"""];
        var sink = new MeasuresSink();
        await Store.Profiles.ReadColumnsAsync(new ColumnRange(Type, 0, _numbers[1]), sink, None);
        Assert.Equal(all, sink.Take());
        await Store.Profiles.ReadColumnProfilesAsync(new ColumnRange(Type, 0, _numbers[1]), sink, None);
        Assert.Equal(all, sink.Take());
        await Store.Profiles.ReadColumnChangesAsync(after, sink, None);
        Assert.Equal(all, sink.Take());
    }

    [Fact]
    public async Task Rows_by_period_are_kept_with_their_generation_and_go_with_the_profile()
    {
        await ProfilesAsync(2);
        await PublishAsync("rank", [Answer(1, "{}")], [Row(1, 2, """{"spend":2.0}"""), Row(1, 1, """{"spend":1.0}"""), Row(2, 1, "{}")]);
        Assert.Equal([(new DateOnly(2026, 1, 1), """{"spend":1.0}"""), (new DateOnly(2026, 2, 1), """{"spend":2.0}""")],
            (await Enrichments.RowsAsync("rank", "monthly", _numbers[0], None)).Select(row => (row.Period, Text(row.Document))));
        Assert.Equal(["monthly"], Assert.Single(await Enrichments.OfProfileAsync(_numbers[0], None)).Tables);
        await PublishAsync("rank", [Answer(1, "{}")], [Row(1, 3, "{}")]);
        Assert.Equal([new DateOnly(2026, 3, 1)], (await Enrichments.RowsAsync("rank", "monthly", _numbers[0], None)).Select(row => row.Period));
        await Store.Profiles.ApplyAsync(new ProfileChanges(Type, [], [Id(1)], [], [], [], "job"), None);
        Assert.Empty(await Enrichments.RowsAsync("rank", "monthly", _numbers[0], None));
        Assert.Empty(await Enrichments.OfProfileAsync(_numbers[0], None));
    }

    [Fact]
    public async Task A_deleted_enrichment_is_forgotten_with_feed_rows()
    {
        await ProfilesAsync(2);
        Assert.True(await Enrichments.DescribeAsync("rank", "{}", None));
        Assert.False(await Enrichments.DescribeAsync("rank", "{}", None));
        await PublishAsync("rank", [Answer(1, """{"a":1}"""), new NewAnswer(Id(2), 1, null, At(0))]);
        var last = await Store.Changes.LastAsync(None);
        await Enrichments.DeleteAsync("rank", None);
        Assert.Equal([_numbers[0]], (await Store.Changes.ReadAsync(last, 10, None)).Select(change => change.Id));
        Assert.Null((await Store.Profiles.FindAsync(Id(1), None))!.Enriched);
        Assert.Empty((await Enrichments.ListRunsAsync("rank", null, 5, None)).Items);
        Assert.Empty(await Enrichments.DescriptionsAsync(None));
        await ClearAsync();
    }

    [Fact]
    public async Task A_held_population_shows_one_moment_in_every_pass()
    {
        await ProfilesAsync(3);
        await using var held = await Store.Profiles.OpenPopulationAsync(new PopulationQuery(Type, [], 2), None);
        await PublishAsync("rank", [Answer(1, """{"a":1}""")]);
        await Store.Profiles.ApplyAsync(new ProfileChanges(Type, [], [Id(2)], [], [], [], "job"), None);
        Assert.Equal(3, held.Count);
        for (var pass = 0; pass < 2; pass++)
        {
            var batches = await AllAsync(held.ReadAsync(0, None));
            Assert.Equal([2, 1], batches.Select(batch => batch.Count));
            Assert.All(batches.SelectMany(batch => batch), profile => Assert.Null(profile.Enriched));
        }

        Assert.Equal([_numbers[2]], (await AllAsync(held.ReadAsync(_numbers[1], None))).SelectMany(batch => batch).Select(profile => profile.Number));
        await foreach (var _ in held.ReadAsync(0, None))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await AllAsync(held.ReadAsync(0, None)));
            break;
        }

        Assert.Equal(2, (await AllAsync(held.ReadAsync(0, None))).Count);
    }

    private async Task ProfilesAsync(int count)
    {
        await Store.Profiles.ApplyAsync(
            new ProfileChanges(
                Type, [.. Enumerable.Range(1, count).Select(i => new ProfilePut(Id(i), i, [], Doc("{}"), "{}", $"Person {i}", "", [], new byte[32]))], [], [], [], [], "job"),
            None);
        _numbers = new long[count];
        for (var i = 1; i <= count; i++)
        {
            _numbers[i - 1] = (await Store.Profiles.FindAsync(Id(i), None))!.Number;
        }
    }

    private async Task<long> PublishAsync(string enrichment, IReadOnlyList<NewAnswer> answers, IReadOnlyList<NewRow>? rows = null)
    {
        var draft = await Enrichments.BeginAsync(enrichment, Type, "job", At(0), None);
        await Enrichments.WriteAsync(draft, Write(answers, rows), None);
        return await Enrichments.PublishAsync(draft, Run("job"), None);
    }

    private async Task ClearAsync()
    {
        var pieces = 0;
        while (await Enrichments.ClearAsync(None))
        {
            Assert.True(++pieces < 100, "It never ends.");
        }
    }

    private static EnrichmentWrite Write(IReadOnlyList<NewAnswer> answers, IReadOnlyList<NewRow>? rows = null) => new(answers, rows ?? []);

    private static NewAnswer Answer(int profile, string document) => new(Id(profile), 0, Doc(document), At(0));

    private static NewRow Row(int profile, int month, string document) => new(Id(profile), "monthly", new DateOnly(2026, month, 1), Doc(document));

    private static EnrichmentRun Run(string job, bool succeeded = true) => new(job, succeeded, "1.0.0", "Done.", At(0), At(1));

    private sealed class MeasuresSink : IColumnSink, IColumnProfileSink
    {
        private readonly List<string> _measures = [];

        public List<string> Take()
        {
            List<string> taken = [.. _measures];
            _measures.Clear();
            return taken;
        }

        public void Profile(string profileType, long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures) => _measures.Add(System.Text.Encoding.UTF8.GetString(measures));

        public void Profile(long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures) => _measures.Add(System.Text.Encoding.UTF8.GetString(measures));

        public void Activity(string type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document)
        {
        }

        public void Node(long node)
        {
        }
    }
}
