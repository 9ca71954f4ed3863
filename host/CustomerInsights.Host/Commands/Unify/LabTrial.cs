using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Commands.Unify;

/// <summary>What is told of a run without labels: how right it is likely to be, and what another strictness would give.</summary>
internal static class LabTrial
{
    private static readonly double[] s_strictness = [-3, -2, 0, 3, 6];

    internal static void Run(MatcherResult result, MatcherOptions options, Action<string, string> line, CancellationToken cancellationToken)
    {
        if (result.Compared == 0)
        {
            return;
        }

        var watch = Stopwatch.StartNew();
        var lab = new MatchLab(result, options);
        var expected = lab.Expected(cancellationToken);
        line("expected", $"precision {Bounds(expected.Precision)}, recall {Bounds(expected.Recall)}: {Seconds(watch.Elapsed)} s");
        watch.Restart();
        foreach (var point in lab.Curve(s_strictness, cancellationToken))
        {
            line("strictness", string.Create(
                CultureInfo.InvariantCulture,
                $"{point.Strictness,4:+0;−0;0} bits: {point.Clusters:N0} clusters, {point.Change.Merges:N0} merges, {point.Change.Splits:N0} splits; precision {Bounds(point.Expected.Precision)}, recall {Bounds(point.Expected.Recall)}"));
        }

        line("curve", $"{Seconds(watch.Elapsed)} s");
    }

    private static string Bounds(Estimate share) => string.Create(CultureInfo.InvariantCulture, $"{share.Value:0.000} ({share.Low:0.000} to {share.High:0.000})");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
}
