using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.WhatIf;

/// <summary>Who would enter and leave which segments if a draft stood, against their members as they are stored. Writes nothing.</summary>
internal sealed class DraftEffects(SegmentAnswers answers, IPopulationAnswers population, ISegmentStore store, IProfileStore profiles)
{
    private const int SampleSize = 10;

    /// <summary>What becomes of a segment.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Before">Members, as they are stored.</param>
    /// <param name="After">Members, as of now with the draft; absent where the members stay as they are, or nothing can be said.</param>
    /// <param name="Entered">How many enter.</param>
    /// <param name="Left">How many leave.</param>
    /// <param name="EnteredSample">The first 10 who enter.</param>
    /// <param name="LeftSample">The first 10 who leave.</param>
    /// <param name="Note">Why the members stay as they are, or why nothing can be said.</param>
    public sealed record SegmentEffect(
        string Name, long Before, long? After, long? Entered, long? Left, IReadOnlyList<Person>? EnteredSample, IReadOnlyList<Person>? LeftSample, string? Note);

    /// <summary>A profile.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="DisplayName">What to call it.</param>
    public sealed record Person(string Id, string DisplayName);

    /// <summary>The effect on a draft segment and on those that build on it.</summary>
    public async ValueTask<IReadOnlyList<SegmentEffect>> OfSegmentAsync(InsightsModel proposed, SegmentModel draft, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var dependants = ModelDependants.OfSegment(proposed, draft.Name);

        // A measure of a dependant is stored as the segment was when it was computed.
        var (rules, unknown) = Substituted(proposed, new MeasureSubstitution(), dependants);
        var kept = draft.IsActiveAt(now) ? draft.HasRule ? null : "Its members come from the list that is sent." : "It is not active.";
        return await EffectsAsync(proposed, [draft, .. rules], unknown, kept is null ? [] : new Dictionary<string, string>(StringComparer.Ordinal) { [draft.Name] = kept }, draft, now, cancellationToken);
    }

    /// <summary>The effect on the segments that build on a draft measure.</summary>
    public async ValueTask<IReadOnlyList<SegmentEffect>> OfMeasureAsync(InsightsModel proposed, MeasureModel draft, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (draft.Document.Business)
        {
            return [];
        }

        var substitution = new MeasureSubstitution();
        substitution.Put(draft.Name, draft.Rule.Source);
        var (rules, unknown) = Substituted(proposed, substitution, ModelDependants.OfMeasure(proposed, draft.Name));
        return await EffectsAsync(proposed, rules, unknown, [], null, now, cancellationToken);
    }

    /// <summary>How many profiles have another value of a measure than they would have.</summary>
    public async ValueTask<long> ChangedAsync(InsightsModel current, InsightsModel proposed, MeasureModel draft, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var type = draft.Document.ProfileType;
        var stored = current.Measures.Any(measure => measure.Name == draft.Name && measure.Document.ProfileType == type && !measure.Document.Business)
            ? RuleBinder.Bind(draft.Name, current.Schemas[type], RuleUse.Value).Rule
            : null;
        var changed = 0L;
        await foreach (var profile in population.ValuesAsync(new PopulationQuestion(proposed, type, now), stored is null ? [draft.Rule] : [draft.Rule, stored], cancellationToken))
        {
            changed += profile.Values[0] == (stored is null ? Value.Missing : profile.Values[1]) ? 0 : 1;
        }

        return changed;
    }

    // The dependants with changed measures put into their rules; those for which that is not possible, with the reason.
    private static (List<SegmentModel> Rules, Dictionary<string, string> Unknown) Substituted(InsightsModel model, MeasureSubstitution substitution, ModelDependants dependants)
    {
        var unknown = new Dictionary<string, string>(StringComparer.Ordinal);
        var lost = new HashSet<string>(StringComparer.Ordinal);
        foreach (var measure in dependants.Measures.Where(measure => !measure.Document.Business))
        {
            if (measure.Rule.Dependencies.Attributes.Any(lost.Contains) || substitution.In(measure.Rule) is not { } expression)
            {
                lost.Add(measure.Name);
            }
            else
            {
                substitution.Put(measure.Name, expression);
            }
        }

        var rules = new List<SegmentModel>();
        foreach (var segment in dependants.Segments)
        {
            var expression = segment.Rule.Dependencies.Attributes.Any(lost.Contains) ? null : substitution.In(segment.Rule);
            var bound = expression is null ? null : RuleBinder.Bind(expression, model.Schemas[segment.Document.ProfileType], RuleUse.Condition);
            if (bound is { Rule: { } rule, Errors.Count: 0 })
            {
                rules.Add(segment with { Rule = rule });
            }
            else if (segment.Rule.Dependencies.Segments.FirstOrDefault(unknown.ContainsKey) is null)
            {
                unknown.Add(segment.Name, "It reads a changed measure within an aggregate, of another profile, or in a rule that would grow too large; refresh to see.");
            }
        }

        return (rules, unknown);
    }

    private async ValueTask<IReadOnlyList<SegmentEffect>> EffectsAsync(
        InsightsModel model, List<SegmentModel> affected, Dictionary<string, string> unknown, Dictionary<string, string> kept, SegmentModel? draft, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var segment in affected)
        {
            if (segment.Rule.Dependencies.Segments.FirstOrDefault(unknown.ContainsKey) is { } other)
            {
                unknown.TryAdd(segment.Name, $"It builds on '{other}', of which nothing can be said.");
            }
            else if (segment.Name != draft?.Name && !segment.FollowsAt(now))
            {
                kept[segment.Name] = segment.IsStatic ? "It is static." : segment.IsActiveAt(now) ? "It is computed by its own schedule, or when somebody asks." : "It is not active.";
            }
        }

        var computed = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var type in affected.Select(segment => segment.Document.ProfileType).Distinct(StringComparer.Ordinal))
        {
            List<SegmentModel> wanted = [.. affected.Where(segment => segment.Document.ProfileType == type && !unknown.ContainsKey(segment.Name) && !kept.ContainsKey(segment.Name))];
            if (wanted.Count > 0)
            {
                foreach (var (name, members) in (await answers.MembersAsync(new PopulationQuestion(model, type, now), wanted, cancellationToken)).Members)
                {
                    computed[name] = members;
                }
            }
        }

        var effects = new List<SegmentEffect>();
        foreach (var name in affected.Select(segment => segment.Name).Union(unknown.Keys, StringComparer.Ordinal))
        {
            var before = await store.MembersAsync(name, cancellationToken);
            effects.Add((kept.GetValueOrDefault(name) ?? unknown.GetValueOrDefault(name)) is { } note
                ? new SegmentEffect(name, before.Length, null, null, null, null, null, note)
                : await EffectAsync(name, before, computed[name], cancellationToken));
        }

        return effects;
    }

    private async ValueTask<SegmentEffect> EffectAsync(string name, long[] before, long[] after, CancellationToken cancellationToken)
    {
        var (entered, left) = SegmentAnswers.Difference(before, after);
        return new SegmentEffect(name, before.Length, after.Length, entered.Count, left.Count, await SampleAsync(entered, cancellationToken), await SampleAsync(left, cancellationToken), null);
    }

    private async ValueTask<IReadOnlyList<Person>> SampleAsync(List<long> numbers, CancellationToken cancellationToken) =>
        [.. (await profiles.NamesAsync([.. numbers.Take(SampleSize)], cancellationToken)).Select(one => new Person(one.Id.ToString(), one.DisplayName))];
}
