using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>What an evaluation of one profile came to.</summary>
/// <param name="Moves">Segments entered and left.</param>
/// <param name="MeasuresChanged">True when <paramref name="Measures"/> is to be written.</param>
/// <param name="Measures">The measures' value document.</param>
/// <param name="Next">The first instant, UTC ticks, at which time alone can change one of the evaluated rules; null for never.</param>
/// <param name="Failure">Why a rule could not be evaluated; it stays as it was.</param>
internal sealed record Evaluated(IReadOnlyList<MembershipMove> Moves, bool MeasuresChanged, byte[]? Measures, long? Next, string? Failure);

/// <summary>Evaluates rules for one profile: measures first, which become attributes, then segments.</summary>
internal static class ProfileEvaluation
{
    // Fewer are done sooner than other threads are woken for them.
    private const int WorthSharing = 8;

    /// <summary>Evaluates what touched profiles, on all cores when they are many; null for a profile of a type that the plan does not know.</summary>
    public static Evaluated?[] EvaluateAll(
        LivePlan plan, IReadOnlyDictionary<long, Touch> touches, IReadOnlyList<TouchedProfile> read, RuleMoment moment, CancellationToken cancellationToken)
    {
        var found = new Evaluated?[read.Count];
        if (read.Count < WorthSharing)
        {
            for (var i = 0; i < found.Length; i++)
            {
                One(i);
            }
        }
        else
        {
            Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = cancellationToken }, One);
        }

        return found;

        void One(int i)
        {
            if (plan.Find(read[i].Type) is { } type)
            {
                found[i] = Evaluate(type, type.Set(touches[read[i].Profile.Number]), read[i], moment);
            }
        }
    }

    public static Evaluated Evaluate(LiveType type, RuleSet set, TouchedProfile touched, RuleMoment moment)
    {
        var subject = new ProfileSubject(touched.Profile, RelatedProfiles.None, type.Consent);
        var run = new Run(type, touched, subject, moment);
        var segmentsBegan = false;
        foreach (var place in set.Rules)
        {
            var rule = type.Rules[place];
            if (!rule.IsMeasure && !segmentsBegan)
            {
                // Not before: measures are computed of profiles that are in no segment, here as in the job.
                segmentsBegan = true;
                run.EnterStored();
            }

            run.Step(rule);
        }

        return run.End();
    }

    private sealed class Run(LiveType type, TouchedProfile touched, ProfileSubject subject, RuleMoment moment)
    {
        private readonly List<MembershipMove> _moves = [];
        private bool _measured;
        private long? _next;
        private string? _failure;

        public void EnterStored()
        {
            if (type.AskedSegments.Count == 0)
            {
                return;
            }

            foreach (var number in touched.Segments)
            {
                if (type.AskedSegments.TryGetValue(number, out var name))
                {
                    subject.Enter(name);
                }
            }
        }

        public void Step(LiveRule rule)
        {
            try
            {
                var at = rule.At(moment);
                if (rule.IsMeasure)
                {
                    subject.Set(rule.Name, rule.Rule.Evaluate(subject, at));
                    _measured = true;
                }
                else
                {
                    Membership(rule, rule.Rule.Matches(subject, at));
                }

                if (rule.Flips.Moves && rule.Flips.Next(subject, at) is { } next && !(next.UtcTicks >= _next))
                {
                    _next = next.UtcTicks;
                }
            }
            catch (RuleEvaluationException failure)
            {
                _failure ??= $"{(rule.IsMeasure ? "Measure" : "Segment")} '{rule.Name}': {failure.Message}";
            }
        }

        public Evaluated End()
        {
            if (!_measured && (type.MeasureNames.Count > 0 || touched.Profile.Measures is null))
            {
                return new Evaluated(_moves, false, null, _next, _failure);
            }

            var document = type.MeasureNames.Count == 0 ? null : ValueDocument.Write(type.MeasureNames, [.. type.MeasureNames.Select(subject.Attribute)]);
            var changed = !document.AsSpan().SequenceEqual(touched.Profile.Measures ?? []);
            return new Evaluated(_moves, changed, document, _next, _failure);
        }

        private void Membership(LiveRule rule, bool inside)
        {
            var before = touched.Segments.Contains(rule.Segment);
            if (inside != before)
            {
                _moves.Add(new MembershipMove(rule.Segment, touched.Profile.Number, inside));
                if (inside)
                {
                    subject.Enter(rule.Name);
                }
                else
                {
                    subject.Leave(rule.Name);
                }
            }
        }
    }
}
