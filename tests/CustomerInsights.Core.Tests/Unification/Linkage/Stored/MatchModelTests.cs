using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Live;
using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Tests.Unification.Linkage.Stored;

/// <summary>A model that was stored decides as the run did that learnt it, about whatever records, all at once or one after the other.</summary>
public sealed class MatchModelTests
{
    private const int Count = 1500;
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void A_model_that_was_written_and_read_gives_the_clusters_and_the_evidence_of_the_run_that_learnt_it(int seed)
    {
        var rows = Rows(Count, seed);
        var learnt = Matcher.Run(Columns(rows), s_two);
        var bytes = MatchModel.Of(learnt, "a mark")!.ToBytes();
        var model = MatchModel.Read(bytes, out var reason);
        Assert.Null(reason);
        Assert.Equal(bytes, model!.ToBytes());
        Assert.Equal("a mark", model.Mark);
        Assert.Equal((rows.Count, learnt.Compared), (model.Records, model.Compared));

        var again = Matcher.Run(Columns(rows), s_two with { Model = model });
        Assert.Equal(learnt.Clusters, again.Clusters);
        Assert.Equal(learnt.Compared, again.Compared);
        Assert.Equal(learnt.Junk, again.Junk);
        Assert.Equal(learnt.Keys.Select(key => key with { Parts = [] }), again.Keys.Select(key => key with { Parts = [] }));
        Assert.Equal(learnt.Keys.SelectMany(key => key.Parts), again.Keys.SelectMany(key => key.Parts));
        Assert.Equal(Evidence(learnt), Evidence(again));
        Assert.Same(model, MatchModel.Of(again, "another"));
    }

    [Theory]
    [InlineData(21, 1400)]
    [InlineData(22, 700)]
    [InlineData(23, 40)]
    [InlineData(24, 1)]
    [InlineData(25, 0)]
    public void All_records_at_once_and_increments_from_any_split_give_the_same_clusters_under_one_model(int seed, int first)
    {
        // The model knows nothing of half the records.
        var rows = Rows(Count, seed);
        var model = Model(rows.Take(Count / 2).ToList());
        var all = Matcher.Run(Columns(rows), s_two with { Model = model });
        var index = new MatchIndex(Matcher.Run(Columns(rows.Take(first).ToList()), s_two with { Model = model }));
        var random = new Random(seed);
        for (var at = first; at < rows.Count;)
        {
            var size = Math.Min(rows.Count - at, random.Next(1, 200));
            index.Apply([.. rows.Skip(at).Take(size).Select(row => new RecordChange(null, row))]);
            at += size;
        }

        Assert.Equal(all.Clusters, Clusters(index));
        Assert.True(all.Clusters.Distinct().Count() < 0.95 * rows.Count);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Records_that_changed_and_went_leave_the_clusters_of_those_that_are_left(int seed)
    {
        var rows = Rows(Count, seed);
        var model = Model(rows);
        var index = new MatchIndex(Matcher.Run(Columns(rows), s_two with { Model = model }));
        var random = new Random(seed);
        var changes = Enumerable.Range(0, Count).Where(_ => random.Next(5) == 0)
            .Select(row => new RecordChange(row, random.Next(2) == 0 ? null : rows[random.Next(Count)])).ToList();
        index.Apply(changes);

        var now = rows.Select((row, i) => (Row: (IReadOnlyList<string>?)row, Record: i)).ToArray();
        changes.ForEach(change => now[change.Record!.Value].Row = change.Values);
        var left = now.Where(one => one.Row is not null).ToList();
        var all = Matcher.Run(Columns([.. left.Select(one => one.Row!.ToArray())]), s_two with { Model = model });
        Assert.Equal(all.Clusters.Select(cluster => left[cluster].Record), left.Select(one => index.ClusterOf(one.Record)));
    }

    [Fact]
    public void A_value_that_was_set_aside_stays_so_though_no_record_has_it_when_the_index_begins()
    {
        var rows = Rows(Count, 41);
        for (var i = 0; i < 60; i++)
        {
            rows[i * 7][4] = "000 000 0000";
        }

        var model = Model(rows);
        var without = rows.Where(row => row[4] != "000 000 0000").ToList();
        var index = new MatchIndex(Matcher.Run(Columns(without), s_two with { Model = model }));
        index.Apply([new(null, ["Zoe", "Zet", "", "", "000 000 0000", ""]), new(null, ["Zoe", "Zet", "", "", "0000000000", ""])]);
        Assert.Equal("", index.ValuesOf(index.Count - 1)[4]);
    }

    [Fact]
    public void A_group_that_was_too_large_stays_out_though_few_are_left_of_it()
    {
        var rows = Rows(Count, 42);
        for (var i = 0; i < Count; i += 2)
        {
            rows[i][5] = "one long street of the town";
        }

        var model = Model(rows);
        var few = rows.Where((_, i) => i % 2 == 1 || i < 40).ToList();
        var all = Matcher.Run(Columns(few), s_two with { Model = model });
        var index = new MatchIndex(Matcher.Run(Columns(few.Take(100).ToList()), s_two with { Model = model }));
        index.Apply([.. few.Skip(100).Select(row => new RecordChange(null, row))]);
        Assert.Equal(all.Clusters, Clusters(index));

        // There are not records enough for a group that is too large by itself.
        Assert.Contains(all.Keys, key => key.LeftOut > 0);
    }

    [Fact]
    public void The_model_shows_no_value()
    {
        var rows = Rows(Count, 43);
        var text = System.Text.Encoding.Latin1.GetString(Model(rows).ToBytes());
        Assert.Contains("surname: ", text, StringComparison.Ordinal);
        foreach (var row in rows)
        {
            // Short words may stand in any bytes by chance.
            Assert.DoesNotContain(row.Where(value => value.Length > 7), value => text.Contains(value, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void Damaged_cut_and_older_bytes_are_refused_with_a_reason()
    {
        var bytes = Model(Rows(200, 44)).ToBytes();
        var random = new Random(44);
        for (var round = 0; round < 300; round++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Null(MatchModel.Read(damaged, out var why));
            Assert.NotNull(why);
            Assert.Null(MatchModel.Read(bytes.AsSpan(0, random.Next(bytes.Length)), out why));
            Assert.NotNull(why);
        }

        var older = bytes.ToArray();
        older[4] = 0;
        Assert.Null(MatchModel.Read(older, out var reason));
        Assert.Contains("format 0", reason, StringComparison.Ordinal);
        Assert.Null(MatchModel.Read([], out reason));
        Assert.Equal("It is no model.", reason);
        Assert.Null(MatchModel.Read([.. bytes, 0], out reason));
        Assert.Contains("checksum", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_with_a_right_checksum_and_nonsense_before_it_are_refused_too()
    {
        var bytes = Model(Rows(200, 45)).ToBytes();
        var random = new Random(45);
        for (var round = 0; round < 300; round++)
        {
            var body = bytes[..^32];
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                body[random.Next(13, body.Length)] = (byte)random.Next(256);
            }

            // Some nonsense can be read; then it is a model of something else, and writes itself as it came.
            byte[] signed = [.. body, .. System.Security.Cryptography.SHA256.HashData(body)];
            var model = MatchModel.Read(signed, out var reason);
            Assert.True(model is null ? reason is not null : reason is null && model.ToBytes().Length <= signed.Length);
        }
    }

    [Fact]
    public void A_model_of_fields_that_are_not_there_is_refused()
    {
        var rows = Rows(200, 46);
        var model = Model(rows);
        var error = Assert.Throws<ArgumentException>(() => Matcher.Run([.. Columns(rows).Skip(1)], s_two with { Model = model }));
        Assert.Contains("given_name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_compared_nothing_has_no_model()
    {
        Assert.Null(MatchModel.Of(Matcher.Run(Columns([]), s_two), ""));
    }

    // With an address, whose words are weighed.
    private static List<string[]> Rows(int count, int seed)
    {
        var random = new Random(seed);
        string[] streets = ["Long Acre", "Mill Lane", "High Street", "Church Road", "Station Road North", "Kings Parade", "Old Mill Road", "Abbey Lane East"];
        var (people, at) = (new People(count, seed), "");
        var rows = new List<string[]>();
        for (var i = 0; i < count; i++)
        {
            at = i == 0 || people.Truth[i] != people.Truth[i - 1] ? $"{random.Next(1, 200)} {streets[random.Next(streets.Length)]}" : at;
            rows.Add([.. people.Rows[i], at]);
        }

        return rows;
    }

    private static MatchColumn[] Columns(IReadOnlyList<string[]> rows)
    {
        var address = new MatchColumnBuilder("address", MatchFieldType.Address);
        foreach (var row in rows)
        {
            address.Add(row[5]);
        }

        return [.. People.Columns(rows), address.Build()];
    }

    private static MatchModel Model(IReadOnlyList<string[]> rows) => MatchModel.Of(Matcher.Run(Columns(rows), s_two), "test")!;

    private static int[] Clusters(MatchIndex index) => [.. Enumerable.Range(0, index.Count).Select(index.ClusterOf)];

    private static IEnumerable<(ulong, double)> Evidence(MatcherResult run) =>
        run.Pairs.Select((pair, i) => (pair, Bits: run.BitsOf(i))).Where(one => one.Bits >= -4).Order();
}
