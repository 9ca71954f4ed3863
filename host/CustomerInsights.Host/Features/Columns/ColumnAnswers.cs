using System.Runtime.CompilerServices;
using CustomerInsights.Core.Columns.Evaluation;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Consent;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>Answers by columns, with all that was committed when the question was asked; by streaming the store while columns are not ready.</summary>
internal sealed class ColumnAnswers(ColumnImages images, StreamedAnswers streamed, IProfileLinkStore links, ChannelMembers channels, ISegmentStore stored) : IPopulationAnswers
{
    public async ValueTask<MembershipAnswer> MembersAsync(
        PopulationQuestion question, IReadOnlyList<SegmentModel> segments, IReadOnlyDictionary<string, long[]> given, CancellationToken cancellationToken)
    {
        List<BoundRule> rules = [.. segments.Select(segment => segment.Rule)];
        if (await WorldAsync(question, rules, cancellationToken) is not { } world)
        {
            return await streamed.MembersAsync(question, segments, given, cancellationToken);
        }

        var reached = await channels.OfAsync(question.Model, question.ProfileType, rules, cancellationToken);
        return await Task.Run(() => Members(world, reached, question, segments, given, cancellationToken), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<IReadOnlyList<BusinessRow>>> BusinessAsync(
        PopulationQuestion question, IReadOnlyList<MeasureModel> measures, CancellationToken cancellationToken)
    {
        List<BoundRule> rules = [.. measures.Select(measure => measure.Rule)];
        if (await WorldAsync(question, rules, cancellationToken) is not { } world)
        {
            return await streamed.BusinessAsync(question, measures, cancellationToken);
        }

        var reached = await channels.OfAsync(question.Model, question.ProfileType, rules, cancellationToken);
        return await Task.Run<IReadOnlyList<IReadOnlyList<BusinessRow>>>(
            () =>
            {
                var run = Run(world, reached, question, rules, cancellationToken);
                IReadOnlyList<IReadOnlyList<BusinessRow>> rows = [.. measures.Select(measure => RuleGuard.Compute($"Measure '{measure.Name}': ", () => run.Business(measure.Rule)))];
                GC.KeepAlive(world);
                return rows;
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<ProfileValues> ValuesAsync(
        PopulationQuestion question, IReadOnlyList<BoundRule> rules, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await WorldAsync(question, rules, cancellationToken) is not { } world)
        {
            await foreach (var profile in streamed.ValuesAsync(question, rules, cancellationToken))
            {
                yield return profile;
            }

            yield break;
        }

        var reached = await channels.OfAsync(question.Model, question.ProfileType, rules, cancellationToken);
        var members = await stored.OfAsync(rules, cancellationToken);
        var run = await Task.Run(() => Run(world, reached, question, rules, cancellationToken), cancellationToken);
        Enter(run, members);
        using var rows = new OrderedValues(run, rules);
        while (await Task.Run(() => RuleGuard.Compute("", rows.Next), cancellationToken) is { Count: > 0 } profiles)
        {
            foreach (var profile in profiles)
            {
                yield return profile;
            }
        }

        GC.KeepAlive(world);
    }

    public async ValueTask<IReadOnlyList<ProfileValues>> ValuesOfAsync(
        PopulationQuestion question, IReadOnlyList<BoundRule> rules, IReadOnlyCollection<long> numbers, CancellationToken cancellationToken)
    {
        if (await WorldAsync(question, rules, cancellationToken) is not { } world)
        {
            return await streamed.ValuesOfAsync(question, rules, numbers, cancellationToken);
        }

        var reached = await channels.OfAsync(question.Model, question.ProfileType, rules, cancellationToken);
        var members = await stored.OfAsync(rules, cancellationToken);
        return await Task.Run<IReadOnlyList<ProfileValues>>(
            () =>
            {
                var run = Run(world, reached, question, rules, cancellationToken);
                Enter(run, members);
                var found = RuleGuard.Compute("", () => run.ValuesOf(numbers, rules).Select(one => new ProfileValues(one.Number, one.Id, one.Values)).ToList());
                GC.KeepAlive(world);
                return found;
            },
            cancellationToken);
    }

    private static MembershipAnswer Members(
        ColumnWorld world, IReadOnlyDictionary<string, long[]> reached, PopulationQuestion question, IReadOnlyList<SegmentModel> segments, IReadOnlyDictionary<string, long[]> given, CancellationToken cancellationToken)
    {
        var run = Run(world, reached, question, [.. segments.Select(segment => segment.Rule)], cancellationToken);
        run.Share(segments.Select(segment => segment.Rule));
        Enter(run, given);
        var members = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var segment in segments)
        {
            var rows = RuleGuard.Compute($"Segment '{segment.Name}': ", () => run.Matches(segment.Rule, segment.Document.TimeZone is null ? null : segment.Zone));
            run.Enter(segment.Name, rows);
            members[segment.Name] = rows.Numbers();
        }

        GC.KeepAlive(world);
        return new MembershipAnswer(run.Image.Count, members);
    }

    private static void Enter(ColumnRun run, IReadOnlyDictionary<string, long[]> segments)
    {
        foreach (var (name, members) in segments)
        {
            run.Enter(name, members);
        }
    }

    // Ranks are taken in UTC and without segments, as StreamedAnswers does.
    private static ColumnRun Run(
        ColumnWorld world, IReadOnlyDictionary<string, long[]> reached, PopulationQuestion question, IReadOnlyList<BoundRule> rules, CancellationToken cancellationToken)
    {
        var moment = new RuleMoment(question.Now);
        if (rules.Any(rule => rule.Dependencies.Population))
        {
            moment = moment with { Ranks = RuleGuard.Compute("", () => At(moment).Ranks(rules)) };
        }

        return At(question.Zone is null ? moment : moment with { Zone = question.Zone });

        ColumnRun At(RuleMoment at)
        {
            var run = new ColumnRun(world, question.ProfileType, at, Environment.ProcessorCount, cancellationToken);
            foreach (var (channel, numbers) in reached)
            {
                run.Reach(channel, ImageRows.Of(run.Image, numbers));
            }

            return run;
        }
    }

    private async ValueTask<ColumnWorld?> WorldAsync(PopulationQuestion question, IReadOnlyList<BoundRule> rules, CancellationToken cancellationToken)
    {
        ColumnState state;
        try
        {
            state = await images.StateAsync(question.Model, cancellationToken);
        }
        catch (ColumnsNotReadyException)
        {
            return null;
        }

        Note(question.ProfileType, rules);
        return new ColumnWorld(state.Images, await RelationsAsync(question.Model, rules, cancellationToken));
    }

    private void Note(string type, IReadOnlyList<BoundRule> rules) => images.Used(rules.SelectMany(rule => rule.Dependencies.Attributes
        .Concat(rule.Dependencies.Activities.SelectMany(activity => activity.Value.Select(field => $"{activity.Key}.{field}").Append($"{activity.Key}.").Append($"{activity.Key}.at")))
        .Select(column => ColumnOpening.Use(type, column))));

    // Links are read from the store, and only those that a rule names.
    private async ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, ColumnRelation>>> RelationsAsync(
        InsightsModel model, IReadOnlyList<BoundRule> rules, CancellationToken cancellationToken)
    {
        var named = rules.SelectMany(rule => rule.Dependencies.RelatedAttributes).SelectMany(attribute => attribute.Path).ToHashSet(StringComparer.Ordinal);
        var relations = new Dictionary<string, IReadOnlyDictionary<string, ColumnRelation>>(StringComparer.Ordinal);
        foreach (var (type, definition) in model.ProfileTypes.Where(_ => named.Count > 0))
        {
            var ofType = definition.Relationships.Where(pair => named.Contains(pair.Key))
                .ToDictionary(pair => pair.Key, ColumnRelation (pair) => new ValueRelation(pair.Value.To, pair.Value.Attribute, pair.Value.TargetAttribute), StringComparer.Ordinal);
            foreach (var link in model.Links.Where(link => link.From == type && named.Contains(link.As)))
            {
                ofType[link.As] = new LinkRelation(link.To, await RelatedProfiles.TargetsAsync(links, link, cancellationToken));
            }

            relations[type] = ofType;
        }

        return relations;
    }
}
