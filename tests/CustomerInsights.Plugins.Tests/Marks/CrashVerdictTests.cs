using CustomerInsights.Plugins.Marks;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Tests.Marks;

/// <summary>Whom the remains of a dead host speak against.</summary>
public sealed class CrashVerdictTests
{
    private const string Boot = "boot-1";
    private static readonly DateTimeOffset s_now = new(2026, 11, 26, 10, 0, 0, TimeSpan.Zero);

    private static readonly Mark s_own = Of("ours.csv", PackageTrust.FirstParty, calls: "ReadAsync");
    private static readonly Mark s_idle = Of("acme.idle", PackageTrust.Verified);
    private static readonly Mark s_busy = Of("acme.busy", PackageTrust.Verified, calls: "ReadAsync");
    private static readonly Mark s_loading = Of("acme.new", PackageTrust.Unsigned, MarkPhase.Loading);

    [Fact]
    public void A_host_that_ended_as_it_should_has_left_nothing_and_blames_nobody() =>
        Assert.Null(CrashVerdict.Of([], null, Boot, wasEnding: false, s_now).Told);

    [Fact]
    public void Without_a_word_it_was_the_stranger_in_a_call() =>
        Assert.Equal(["acme.busy"], Blamed(s_own, s_idle, s_busy));

    [Fact]
    public void One_that_was_being_loaded_is_as_suspect_as_one_in_a_call_and_each_is_told_of_the_other()
    {
        var verdict = CrashVerdict.Of([s_own, s_idle, s_busy, s_loading], null, Boot, wasEnding: false, s_now);
        Assert.Equal(["acme.busy", "acme.new"], verdict.Records.Select(record => record.Id));
        Assert.EndsWith("acme.new 1.0.0 was being loaded. It may have been another: acme.busy 1.0.0.", verdict.Records[1].Reason, StringComparison.Ordinal);
        Assert.Contains("ours.csv 1.0.0 was in ReadAsync", verdict.Records[0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void With_none_in_a_call_every_stranger_is_suspect() => Assert.Equal(["acme.idle", "acme.other"], Blamed(s_own, s_idle, Of("acme.other", PackageTrust.Known, MarkPhase.Stopped)));

    [Fact]
    public void A_signal_speaks_not_against_what_comes_with_the_host() => Assert.Empty(Blamed(s_own));

    [Fact]
    public void A_machine_that_went_down_and_a_host_that_was_being_stopped_speak_against_nobody()
    {
        Assert.Empty(CrashVerdict.Of([s_busy], null, "boot-2", wasEnding: false, s_now).Records);
        Assert.Empty(CrashVerdict.Of([s_busy], null, Boot, wasEnding: true, s_now).Records);
    }

    [Fact]
    public void The_last_words_name_the_culprit_whoever_made_it_and_whatever_else_ran()
    {
        var note = new FatalNote(s_now, ["ours.csv 1.0.0"], "boom", "at Csv.Read()");
        var record = Assert.Single(CrashVerdict.Of([s_own, s_busy], note, Boot, wasEnding: false, s_now).Records);
        Assert.Equal(("ours.csv", "1.0.0", "at Csv.Read()"), (record.Id, record.Version, record.Evidence));
        Assert.Equal("The host's process was ended by an exception that nobody caught. boom Its code is on the stack. ours.csv 1.0.0 was in ReadAsync.", record.Reason);
    }

    [Fact]
    public void Last_words_that_name_no_plugin_are_the_hosts_own()
    {
        var verdict = CrashVerdict.Of([s_busy], new FatalNote(s_now, [], "boom", ""), Boot, wasEnding: false, s_now);
        Assert.Empty(verdict.Records);
        Assert.EndsWith("boom", verdict.Told, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Blamed(params Mark[] left) => CrashVerdict.Of(left, null, Boot, wasEnding: false, s_now).Records.Select(record => record.Id);

    private static Mark Of(string id, PackageTrust trust, MarkPhase phase = MarkPhase.Active, params string[] calls) =>
        new(id, "1.0.0", trust, phase, s_now, Boot) { Calls = calls, CallCount = calls.Length };
}
