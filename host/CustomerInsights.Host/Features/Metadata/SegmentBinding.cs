using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Binds segments and puts them in an order in which they can be computed. Set operations become a rule over segments, so that all else sees rules alone.</summary>
internal sealed class SegmentBinding(ModelBuilder builder)
{
    private const int MostSteps = 50;
    private const int MostProjected = 100;
    private const string Kind = DefinitionKinds.Segment;

    private readonly List<SegmentModel> _ordered = [];
    private readonly ScheduleBinding _schedules = new(builder, Kind);

    /// <summary>The rule that set operations come to, folded from the left: <c>(a or b) and not c</c>.</summary>
    public static Expression Combine(IReadOnlyList<SetStepDocument> steps)
    {
        static Expression Of(string segment) => new CallExpression("segment", [new LiteralExpression(Value.Of(segment))]);
        Expression result = Of(steps[0].Segment);
        foreach (var step in steps.Skip(1))
        {
            var (joined, operand) = step.Do switch
            {
                SetOperation.Union => (LogicalOperator.Or, Of(step.Segment)),
                SetOperation.Intersect => (LogicalOperator.And, Of(step.Segment)),
                _ => (LogicalOperator.And, new UnaryExpression(UnaryOperator.Not, Of(step.Segment))),
            };

            // A chain of the same operator stays wide: 50 steps need not be 50 levels.
            result = result is LogicalExpression chain && chain.Operator == joined
                ? new LogicalExpression(joined, [.. chain.Operands, operand])
                : new LogicalExpression(joined, [result, operand]);
        }

        return result;
    }

    /// <summary>Binds a segment that is not among the model's, with what is wrong with it instead where something is.</summary>
    public static (SegmentModel? Segment, IReadOnlyList<Fault> Faults) Draft(InsightsModel model, string name, SegmentDocument document)
    {
        var schema = model.Schemas[document.ProfileType];
        if (!TimeZones.TryFind(document.TimeZone, out var zone))
        {
            return (null, [new Fault("/timeZone", "timezone", TimeZones.Unknown(document.TimeZone))]);
        }

        if (document is { Rule: not null, Combine: not null } or { Rule: null, Combine: null })
        {
            return (null, [new Fault("/rule", "required", "Give a 'rule' or 'combine', one of them.")]);
        }

        if (document.Combine is { Count: 0 or > MostSteps })
        {
            return (null, [new Fault("/combine", "count", $"Set operations have 1 to {MostSteps} steps; these have {document.Combine.Count}.")]);
        }

        if (document.Combine is [{ Do: not SetOperation.Union }, ..])
        {
            return (null, [new Fault("/combine/0/do", "first", "The first step has nothing before it to do this with; leave 'do' out.")]);
        }

        var bound = RuleBinder.Bind(document.Rule ?? RuleText.Format(Combine(document.Combine!)), schema, RuleUse.Condition);
        return bound is { Rule: { } rule, Errors.Count: 0 }
            ? (new SegmentModel(name, document, rule, zone), [])
            : (null, [.. bound.Errors.Select(error => new Fault(Source(document), error.Code, error.ToString()))]);
    }

    /// <summary>Binds all; what is wrong is left out, and is a fault of the builder.</summary>
    public IReadOnlyList<SegmentModel> Bind(IReadOnlyList<(string Name, SegmentDocument Document)> segments)
    {
        var bound = new Dictionary<string, SegmentModel>(StringComparer.Ordinal);
        var names = segments.ToDictionary(segment => segment.Name, segment => segment.Document, StringComparer.Ordinal);
        foreach (var (name, document) in segments)
        {
            if (Bind(name, document, names) is { } segment)
            {
                bound[name] = segment;
            }
        }

        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in bound.Keys)
        {
            if (Cycles.Find(name, segment => bound.TryGetValue(segment, out var model) ? model.Rule.Dependencies.Segments : []) is { } cycle)
            {
                builder.Fault(Kind, name, Source(bound[name].Document), "cycle", $"Segments may not name each other in a circle: {string.Join(" → ", cycle)}.");
            }
            else
            {
                Visit(name, bound, done);
            }
        }

        return _ordered;
    }

    private SegmentModel? Bind(string name, SegmentDocument document, Dictionary<string, SegmentDocument> names)
    {
        if (builder.Known(Kind, name, "/profileType", document.ProfileType, builder.Schemas, "profile type") is not { } schema)
        {
            return null;
        }

        var zone = _schedules.Zone(name, "/timeZone", document.TimeZone);
        var cron = _schedules.Bind(name, document.Schedule, out var scheduled);
        var rule = Rule(name, document, schema, names);
        var before = builder.FaultCount;
        if (document.Project is { Count: > MostProjected })
        {
            builder.Fault(Kind, name, "/project", "count", $"A segment brings at most {MostProjected} fields with its members; this one has {document.Project.Count}.");
        }

        if (document.Purpose is { } purpose)
        {
            builder.Known(Kind, name, "/purpose", purpose, builder.Consent.Purposes, "purpose");
        }

        var own = rule;
        if (document.Channel is { } channel && rule is not null)
        {
            rule = Consenting(name, document, channel, rule, schema);
        }

        if (document.DeactivateAt <= document.ActivateAt)
        {
            builder.Fault(Kind, name, "/deactivateAt", "order", "It is to become inactive before it becomes active; give a moment after 'activateAt'.");
        }

        var projected = document.Project is { Count: <= MostProjected } fields ? builder.BindFields(Kind, name, "/project", fields, schema) : [];
        return zone is null || rule is null || !scheduled || builder.FaultCount > before ? null : new SegmentModel(name, document, rule, zone) { Projected = projected, Cron = cron, WithoutConsent = ReferenceEquals(own, rule) ? null : own };
    }

    // Consent is part of the rule, so that whoever withdraws leaves at once, however the rule is answered.
    private BoundRule? Consenting(string name, SegmentDocument document, string channel, BoundRule rule, RuleSchema schema)
    {
        if (!builder.Consent.Policy.Channels.ContainsKey(channel))
        {
            builder.Fault(Kind, name, "/channel", "unknown", $"There is no channel '{channel}'.{Names.Suggest(channel, builder.Consent.Policy.Channels.Keys)}");
            return null;
        }

        if (document.Purpose is null)
        {
            builder.Fault(Kind, name, "/purpose", "required", $"A channel has a meaning for a purpose; name one of {string.Join(", ", builder.Consent.Purposes.Keys)}, or leave the channel out.");
            return null;
        }

        if (document.Rule is null && document.Combine is null)
        {
            builder.Fault(Kind, name, "/channel", "list", "The members of a list are as you send them; give the channel to its export, or ask for the segment in the rule of another.");
            return null;
        }

        if (builder.Consent.Purposes.GetValueOrDefault(document.Purpose)?.NeedsConsent != true)
        {
            return rule;
        }

        var reached = new CallExpression("reachable", [new LiteralExpression(Value.Of(channel))]);
        return RuleBinder.Bind(new LogicalExpression(LogicalOperator.And, [rule.Source, reached]), schema, RuleUse.Condition).Rule;
    }

    private BoundRule? Rule(string name, SegmentDocument document, RuleSchema schema, Dictionary<string, SegmentDocument> names)
    {
        if (document.Rule is not null)
        {
            if (document.Combine is not null)
            {
                builder.Fault(Kind, name, "/combine", "both", "A segment has a rule or set operations, not both; take one away.");
                return null;
            }

            return builder.Bind(Kind, name, "/rule", document.Rule, schema, RuleUse.Condition);
        }

        if (document.Combine is not { } steps)
        {
            if (document.Kind == SegmentKind.Dynamic)
            {
                builder.Fault(Kind, name, "/rule", "required", "A dynamic segment needs a 'rule' or 'combine'; for a list that you send, make it static.");
                return null;
            }

            return builder.Bind(Kind, name, "", "false", schema, RuleUse.Condition);
        }

        var before = builder.FaultCount;
        if (steps.Count is 0 or > MostSteps)
        {
            builder.Fault(Kind, name, "/combine", "count", $"Set operations have 1 to {MostSteps} steps; these have {steps.Count}.");
            return null;
        }

        if (steps[0].Do != SetOperation.Union)
        {
            builder.Fault(Kind, name, "/combine/0/do", "first", "The first step has nothing before it to do this with; leave 'do' out.");
        }

        for (var i = 0; i < steps.Count; i++)
        {
            _ = builder.Known(Kind, name, $"/combine/{i}/segment", steps[i].Segment, names, "segment");
        }

        return builder.FaultCount > before ? null : builder.Bind(Kind, name, "/combine", RuleText.Format(Combine(steps)), schema, RuleUse.Condition);
    }

    private void Visit(string name, Dictionary<string, SegmentModel> bound, HashSet<string> done)
    {
        if (!bound.TryGetValue(name, out var segment) || !done.Add(name))
        {
            return;
        }

        foreach (var other in segment.Rule.Dependencies.Segments)
        {
            Visit(other, bound, done);
            if (bound.TryGetValue(other, out var model) && model.Document.ProfileType != segment.Document.ProfileType)
            {
                builder.Fault(Kind, name, Source(segment.Document), "type", $"The segment '{other}' has {model.Document.ProfileType}s as members, this one has {segment.Document.ProfileType}s.");
                return;
            }
        }

        _ordered.Add(segment);
    }

    private static string Source(SegmentDocument document) => document.Combine is null ? "/rule" : "/combine";
}
