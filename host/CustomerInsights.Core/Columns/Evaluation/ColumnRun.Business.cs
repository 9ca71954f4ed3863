using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Business measures by groups of codes: counts, sums and means; others are computed profile by profile.</summary>
public sealed partial class ColumnRun
{
    private List<BusinessRow>? BusinessByColumns(BoundRule rule, RuleMoment at)
    {
        var sums = new Dictionary<BusinessMeasure.DimensionKey, BusinessSum[]>();
        for (var part = 0; part < Image.Parts.Count; part++)
        {
            if (BusinessPlan.Of(new VectorCompiler(_population, part, at), rule) is not { } plan || !Add(plan, part, rule, sums))
            {
                return null;
            }
        }

        if (sums.Count == 0 && rule.Dimensions.Count == 0)
        {
            sums[new BusinessMeasure.DimensionKey([])] = new BusinessSum[rule.BusinessAggregates.Count];
        }

        var measure = Compiler.CompileMeasure(rule.Root, rule.BusinessAggregates);
        var rows = new List<BusinessRow>(sums.Count);
        foreach (var (key, cells) in sums.OrderBy(pair => pair.Key))
        {
            var frame = new Frame(OneValue.Subject(default), new RuleMoment(default), cells.Length);
            for (var i = 0; i < cells.Length; i++)
            {
                if (cells[i].Result((BoundAggregate)rule.BusinessAggregates[i]) is not { } value)
                {
                    return null;
                }

                frame[i] = value;
            }

            rows.Add(new BusinessRow(key.Values, measure(frame)));
        }

        return rows;
    }

    /// <summary>Adds a part's groups; false when it has to be done profile by profile.</summary>
    private bool Add(BusinessPlan plan, int part, BoundRule rule, Dictionary<BusinessMeasure.DimensionKey, BusinessSum[]> sums)
    {
        var found = new List<BusinessGroups>();
        var failed = false;

        // A sum of doubles goes on where the part before ended, as if all rows were in one.
        double Before(long key, int aggregate) =>
            sums.TryGetValue(new BusinessMeasure.DimensionKey(plan.Values(key)), out var cells) ? cells[aggregate].Number : 0;
        Run(
            [.. Blocks().Where(block => block.Part == part)],
            (block, scratch, _) =>
            {
                if (scratch.Groups is null)
                {
                    scratch.Groups = plan.Start(plan.InOrder ? Before : null);
                    lock (found)
                    {
                        found.Add(scratch.Groups);
                    }
                }

                scratch.Failed = false;
                try
                {
                    var (of, alive) = Image.Parts[part];
                    plan.Add(Extent.Of(block.From, block.To, of.Rows), alive, scratch, scratch.Groups);
                }
                catch (Exception error) when (error is RuleEvaluationException or OverflowException)
                {
                    scratch.Failed = true;
                }

                if (scratch.Failed)
                {
                    Volatile.Write(ref failed, true);
                }
            },
            plan.InOrder);
        if (failed)
        {
            return false;
        }

        foreach (var groups in found)
        {
            for (var group = 0; group < groups.Keys.Count; group++)
            {
                var key = new BusinessMeasure.DimensionKey(plan.Values(groups.Keys[group]));
                if (!sums.TryGetValue(key, out var cells))
                {
                    sums[key] = cells = new BusinessSum[rule.BusinessAggregates.Count];
                }

                var more = groups.Cells(group);
                for (var i = 0; i < cells.Length; i++)
                {
                    if (!cells[i].Add(more[i], (BoundAggregate)rule.BusinessAggregates[i], plan.Digits(i)))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }
}
