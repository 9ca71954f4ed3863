using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Scoring;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Scoring;

/// <summary>The pass that makes the snapshots, and what it found out about the data.</summary>
internal sealed class ScoringReading
{
    private const int OutcomeTrain = 0;
    private const int OutcomeHoldout = 1;
    private const int ScopeTrain = 2;
    private const int ScopeHoldout = 3;
    private const int ScopeNow = 4;
    private const int WantedRows = 1_000;

    private readonly ScoringOptions _options;
    private readonly DateTimeOffset _now;
    private readonly bool _trains;
    private DateTimeOffset _first = DateTimeOffset.MaxValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private long _later;
    private long _activities;

    /// <summary>Makes one.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="now">The moment that is now.</param>
    /// <param name="stored">The model that will be used, or null to make one.</param>
    public ScoringReading(ScoringOptions options, DateTimeOffset now, StoredScoringModel? stored)
    {
        (_options, _now, _trains) = (options, now, stored is null);
        Builder = new SnapshotFeatures(options.Sources, stored?.Shapes);
        Sample = new SnapshotSample(Builder.Width, ScoringEnrichment.RowsFor(Builder.Width), options.Seed);
        foreach (var column in stored?.Model.Plan.Columns ?? [])
        {
            // Levels that the model knows have their numbers before any that it does not.
            foreach (var level in column.Source < Builder.Specs.Count ? column.Levels : [])
            {
                Builder.Book(column.Source)?.Code(level);
            }
        }
    }

    /// <summary>Makes features.</summary>
    public SnapshotFeatures Builder { get; }

    /// <summary>The snapshots.</summary>
    public SnapshotSample Sample { get; }

    /// <summary>What was found.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>Profiles that were read.</summary>
    public long Profiles { get; private set; }

    /// <summary>Profiles in the scope of now, of whom something is known.</summary>
    public long Scored { get; private set; }

    /// <summary>Whether a profile is in the scope of now.</summary>
    /// <param name="profile">The profile.</param>
    public bool IsInScopeNow(ProfileInput profile) => InScope(profile, ScopeNow);

    /// <summary>Reads everybody.</summary>
    /// <param name="population">The snapshot.</param>
    /// <param name="context">Told how far the pass is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ReadAsync(IPopulation population, IPluginContext context, CancellationToken cancellationToken)
    {
        var row = new float[Builder.Width];
        var horizon = TimeSpan.FromDays(_options.HorizonDays);
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var profile in batch)
            {
                Read(profile, horizon, row);
            }

            context.Report(new PluginProgress(Profiles, population.Count, "Making features."));
        }

        Look();
    }

    /// <summary>Whether a model can be made; says why not.</summary>
    public bool Usable()
    {
        var columns = "";
        if (_options.Sources.Selections.Count > 0)
        {
            columns = string.Join(", ", _options.Sources.Selections.Select(selection => selection.ActivityType).Take(3));
            if (_activities == 0)
            {
                Findings.Add(new Finding("error", columns, "Train", $"There is no activity of these types up to {Figures.Day(Day(_now))}; look at the names of the activity types, and at their times."));
                return false;
            }

            var (history, wanted) = ((int)(_now - _first).TotalDays, 3 * _options.HorizonDays);
            if (history < wanted)
            {
                Findings.Add(new Finding("error", columns, "Train", Text(
                    $"The history has {history:N0} days; {wanted:N0} are needed, three times the horizon: one to see, one to learn what came after, one to measure. Wait, or set 'horizonDays' to {Math.Max(1, history / 3):N0} or less.")));
                return false;
            }

            if (history < 365)
            {
                Findings.Add(new Finding("warning", columns, "Train", Text($"The history has {history:N0} days; a year or more makes a good prediction, since seasons are not known before.")));
            }
        }

        return Enough(Sample.Train, "to learn from", 2, 1) & Enough(Sample.Holdout, "to measure on", 1, 0);
    }

    private static int Day(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime).DayNumber;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Read(ProfileInput profile, TimeSpan horizon, float[] row)
    {
        Profiles++;
        foreach (var activity in profile.Activities)
        {
            if (activity.At > _now)
            {
                _later++;
                continue;
            }

            _activities++;
            _first = activity.At < _first ? activity.At : _first;
            _last = activity.At > _last ? activity.At : _last;
        }

        var known = _options.Sources.Selections.Count == 0 || (profile.Activities.Count > 0 && profile.Activities[0].At <= _now);
        var scored = known && IsInScopeNow(profile);
        Scored += scored ? 1 : 0;
        var hash = Sample.Hash(profile.ProfileId);
        if (!known || !Sample.Takes(hash))
        {
            return;
        }

        if (scored && Builder.Read(profile, _now, row))
        {
            Sample.Now.Add(hash, row, happened: false);
        }

        if (_trains && InScope(profile, ScopeHoldout) && Builder.Read(profile, _now - horizon, row))
        {
            Sample.Holdout.Add(hash, row, profile.Conditions[OutcomeHoldout]);
        }

        if (_trains && InScope(profile, ScopeTrain) && Builder.Read(profile, _now - (2 * horizon), row))
        {
            Sample.Train.Add(hash, row, profile.Conditions[OutcomeTrain]);
        }

        Sample.Shrink();
    }

    private bool InScope(ProfileInput profile, int condition) => _options.Scope is null || profile.Conditions[condition];

    private void Look()
    {
        if (_later > 0)
        {
            Findings.Add(new Finding("warning", "", "Read", Text($"{_later:N0} activities are later than {Figures.Day(Day(_now))} and were left out. If they are not of the future, set 'asOf', or correct their time.")));
        }

        if (_activities > 0 && (_now - _last).TotalDays is var silent && silent > _options.HorizonDays)
        {
            Findings.Add(new Finding("warning", "", "Score", Text($"The last activity is {silent:N0} days old. If the data ends there, set 'asOf' to {Figures.Day(Day(_last))}; else everybody looks silent.")));
        }

        if (Builder.OfAnotherKind > 0)
        {
            Findings.Add(new Finding("warning", "attributes", "Read", Text($"{Builder.OfAnotherKind:N0} values of attributes are of another kind than the first value of their attribute and count as missing.")));
        }

        if (Sample.Share < 1)
        {
            Findings.Add(new Finding("info", "", "Train", Text($"The model is made from a sample of {100 * Sample.Share:0.##} % of the profiles, drawn by their ids; everybody is scored.")));
        }
    }

    private bool Enough(FeatureRows rows, string what, int from, int to)
    {
        bool[] happened = rows.Happened;
        var yes = happened.Count(one => one);
        var window = $"{Figures.Day(Day(_now.AddDays(-from * _options.HorizonDays)) + 1)} to {Figures.Day(Day(_now.AddDays(-to * _options.HorizonDays)))}";
        var problem = rows.Count < ScoringStudy.FewestRows
            ? Text($"{rows.Count:N0} profiles were there and in the scope before {window}; {ScoringStudy.FewestRows} are needed {what}, {WantedRows:N0} make a good model.")
            : yes == 0
                ? Text($"The outcome happened to none of {rows.Count:N0} profiles from {window}. Look at the rule, or take a longer horizon.")
                : yes == rows.Count
                    ? Text($"The outcome happened to all {rows.Count:N0} profiles from {window}: there is nothing to tell apart. Look at the rule, or take a shorter horizon.")
                    : Math.Min(yes, rows.Count - yes) < ScoringStudy.FewestOfKind
                        ? Text($"The outcome happened to {yes:N0} of {rows.Count:N0} profiles from {window}; at least {ScoringStudy.FewestOfKind} to whom it did and as many to whom it did not are needed {what}.")
                        : null;
        if (problem is not null)
        {
            Findings.Add(new Finding("error", "outcome", "Train", problem));
            return false;
        }

        if (rows.Count < WantedRows || Math.Min(yes, rows.Count - yes) < 100)
        {
            Findings.Add(new Finding("warning", "outcome", "Train", Text($"There are {rows.Count:N0} profiles {what}, and it happened to {yes:N0}: with less than 1,000 and 100 of either kind only a strongly damped regression is made.")));
        }

        return true;
    }
}

/// <summary>How the scores of now are spread, and how far they and their features have moved since the training.</summary>
/// <param name="Standing">The scores.</param>
/// <param name="Histogram">How many are in each tenth of the probability, in the sample.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Shifts">By feature, and last the score.</param>
/// <param name="Explainer">Tells why, where the model has trees.</param>
internal sealed record ScoringStanding(Standing Standing, int[] Histogram, double Mean, IReadOnlyList<Shift> Shifts, TreeExplainer? Explainer)
{
    /// <summary>Looks at the rows of now.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reading">The rows.</param>
    public static ScoringStanding Of(ScoringModel model, ScoringReading reading)
    {
        var explainer = model.Blend.Trees is { } trees ? new TreeExplainer(trees) : null;
        if (reading.Sample.Now.Count == 0)
        {
            return new ScoringStanding(new Standing([]), new int[10], double.NaN, [], explainer);
        }

        var columns = model.Plan.Of(reading.Builder, reading.Sample.Now);
        var scores = model.Blend.Probabilities(columns);
        var histogram = new int[10];
        foreach (var score in scores)
        {
            histogram[Math.Clamp((int)(10 * score), 0, 9)]++;
        }

        return new ScoringStanding(new Standing(scores), histogram, scores.Average(), model.Baseline.Compare(columns, scores), explainer);
    }
}
