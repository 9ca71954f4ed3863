using CustomerInsights.Sdk.Testing.Checks;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Goes on from a checkpoint, as the host does after a crash.</summary>
internal static class Resuming
{
    // Of a run with very many checkpoints these say as much as all.
    private const int Most = 12;

    /// <summary>All places, or some of them from the first to the last.</summary>
    internal static IEnumerable<int> Spread(IReadOnlyList<int> places, int most = Most) => places.Count <= most
        ? places
        : Enumerable.Range(0, most).Select(i => places[i * (places.Count - 1) / (most - 1)]);

    /// <summary>Reads the checkpoint's stream from it.</summary>
    internal static Task<Reading> FromAsync(
        Trial trial, byte[] config, IReadOnlyList<StreamSelection> selections, Checkpoint checkpoint, bool resuming, CancellationToken cancellationToken) =>
        trial.ReadAsync(
            new SourceRead(config) { Streams = [selections.First(selection => selection.Stream == checkpoint.Stream) with { State = checkpoint.State, Resuming = resuming }] },
            cancellationToken);

    /// <summary>Checks that what was stored up to a place and what a resumed read brings are together the whole.</summary>
    internal static void MustBeWhole(Reading whole, int at, Reading resumed, string stream, FormattableString when)
    {
        var content = Reading.ContentOf(whole.Messages.Take(at).Where(message => message.Stream == stream));
        foreach (var (key, value) in resumed.Content())
        {
            content[key] = value;
        }

        var expected = whole.Content().Where(pair => pair.Key.Stream == stream).ToList();
        var missing = expected.Where(pair => !content.ContainsKey(pair.Key)).Select(pair => pair.Key.Key).ToList();
        var moment = FormattableString.Invariant(when);
        Expect.That(resumed.Failure is null, $"{moment} the read of '{stream}' {resumed.Ending()}");
        Expect.That(missing.Count == 0, $"{moment} {missing.Count} of {expected.Count} records of '{stream}' are lost: {Expect.Some(missing)}. What was stored before and what the resumed read yields must be everything.");
        var other = expected.Where(pair => content[pair.Key] != pair.Value).Select(pair => pair.Key.Key).ToList();
        Expect.That(other.Count == 0, $"{moment} the records {Expect.Some(other)} of '{stream}' have other values than in a read without a break.");
        Expect.That(resumed.Outcome(stream) is StreamOutcome.Complete or StreamOutcome.Unchanged, $"{moment} the stream '{stream}' ended {resumed.Outcome(stream)}.");
    }
}
