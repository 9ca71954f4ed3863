using System.Collections.Concurrent;
using System.Numerics;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>A dimension of a business measure as small numbers: 0 is missing, and each number stands for a value.</summary>
/// <param name="Codes">The numbers; a missing value of the vector is 0.</param>
/// <param name="Width">How many bits a number takes.</param>
/// <param name="Of">The value that a number other than 0 stands for.</param>
/// <param name="OfActivity">Whether it is of each activity, and not of the profile.</param>
internal sealed record DimensionCodes(VectorNode<long> Codes, int Width, Func<int, Value> Of, bool OfActivity)
{
    // More different days, weeks or numbers than that are grouped profile by profile.
    private const int ManyBits = 14;

    /// <summary>The codes of a text column.</summary>
    public static DimensionCodes OfText(TextColumn column, bool ofActivity) => new(
        new CodeVector(column), Bits(column.Dictionary.Count), code => Value.Of(column.Dictionary.TextAt(code - 1)), ofActivity);

    /// <summary>The parts of a calendar: numbers from 0 or 1 on that are their own codes, less one.</summary>
    public static DimensionCodes OfPart(VectorNode<long> parts, bool ofActivity) => new(
        parts is DayVector days ? days.Then(part => part + 1) : new MapVector<long, long>(parts, part => part + 1), Bits(64), code => Value.Of(code - 1L), ofActivity);

    /// <summary>Whole numbers, days or times: each new one gets the next code.</summary>
    public static DimensionCodes OfWhole(Func<Func<long, long>, VectorNode<long>> mapped, Func<long, Value> make, bool ofActivity)
    {
        var codes = new ConcurrentDictionary<long, int>();
        var values = new List<long>();
        return new DimensionCodes(mapped(whole => codes.TryGetValue(whole, out var code) ? code : Add(whole)), ManyBits, code => make(values[code - 1]), ofActivity);

        long Add(long whole)
        {
            lock (values)
            {
                if (!codes.TryGetValue(whole, out var code))
                {
                    values.Add(whole);
                    codes[whole] = code = values.Count < 1 << ManyBits ? values.Count : throw new OverflowException("Too many groups for codes.");
                }

                return code;
            }
        }
    }

    private static int Bits(int count) => 32 - BitOperations.LeadingZeroCount((uint)count);
}

/// <summary>Dimensions of business measures.</summary>
internal sealed partial class VectorCompiler
{
    /// <summary>A dimension as codes, of the activities of a table when it reads a field; null when it has to be asked profile by profile.</summary>
    public DimensionCodes? Dimension(BoundNode node, ActivityTable? table)
    {
        if (Inputs.Of(node) is not { Count: > 0 } inputs)
        {
            return null;
        }

        var ofActivity = inputs.Exists(input => input is BoundField);
        if ((ofActivity && table is null) || (ofActivity && inputs.Exists(input => input is BoundAttribute)))
        {
            return null;
        }

        var space = ofActivity ? table : null;
        switch (node.Type)
        {
            case RuleType.Text:
                return Column(node, space) is { Column: TextColumn text } ? DimensionCodes.OfText(text, ofActivity) : null;
            case RuleType.Integer when node is BoundCall { Function: Function.Month or Function.Quarter or Function.Weekday or Function.Day or Function.Hour }:
                return Longs(node, space) is { } parts ? DimensionCodes.OfPart(parts, ofActivity) : null;
            case RuleType.Integer or RuleType.Date or RuleType.Time:
                return Longs(node, space) is not { } longs ? null : DimensionCodes.OfWhole(
                    code => longs is DayVector days ? days.Then(code) : new MapVector<long, long>(longs, whole => code(whole)), whole => Of((DataType)node.Type, whole), ofActivity);
            default:
                return null;
        }
    }

    /// <summary>An aggregate of a business measure; null when it has to be computed profile by profile.</summary>
    public BusinessAggregate? Aggregate(BoundNode node)
    {
        if (node is not BoundAggregate aggregate
            || aggregate.Function is not (AggregateFunction.Count or AggregateFunction.Exists or AggregateFunction.Sum or AggregateFunction.Avg or AggregateFunction.Min or AggregateFunction.Max))
        {
            return null;
        }

        ActivityTable? table = null;
        if (aggregate.Activity is not null && !_part.Activities.TryGetValue(aggregate.Activity, out table))
        {
            return BusinessAggregate.Nothing;
        }

        var where = aggregate.Where is null ? null : Bits(aggregate.Where, table);
        if (aggregate.Where is not null && where is null)
        {
            return null;
        }

        var result = new BusinessAggregate(table, where) { Picks = aggregate.Function is AggregateFunction.Min or AggregateFunction.Max, Largest = aggregate.Function == AggregateFunction.Max };
        switch (aggregate.Function)
        {
            case AggregateFunction.Count or AggregateFunction.Exists:
                result.Present = aggregate.Value is null ? null : Presence(aggregate.Value, missing: false, table);
                return aggregate.Value is not null && result.Present is null ? null : result;
            case var _ when aggregate.Value!.Type is RuleType.Integer or RuleType.Date or RuleType.Time:
                result.Whole = Longs(aggregate.Value, table);
                return result.Whole is null ? null : result;
            case var _ when aggregate.Value!.Type is not (RuleType.Decimal or RuleType.Number):
                return null;
            case var _ when aggregate.Value!.Type == RuleType.Number && result.Picks:
                return null; // of 0.0 and -0.0 the first counts
            case var _ when aggregate.Value!.Type == RuleType.Number:
                result.Number = Numbers(aggregate.Value, table);
                return result.Number is null ? null : result;
            default:
                if (!(aggregate.Value is BoundConvert || Column(aggregate.Value!, table) is { Column: ScaledColumn { Scales.IsEmpty: true } })
                    || Scaled(aggregate.Value!, table) is not var (scaled, digits))
                {
                    return null;
                }

                result.Whole = scaled;
                result.Digits = digits;
                return result;
        }
    }
}

/// <summary>One aggregate of a business measure over one part.</summary>
/// <param name="table">The activities; null over the profiles themselves.</param>
/// <param name="where">Which rows; null for all.</param>
internal sealed class BusinessAggregate(ActivityTable? table, BitsNode? where)
{
    /// <summary>An aggregate over activities that nobody has.</summary>
    public static BusinessAggregate Nothing { get; } = new(null, new ConstantBits(false));

    public ActivityTable? Table => table;

    public BitsNode? Where => where;

    public BitsNode? Present { get; set; }

    public VectorNode<long>? Whole { get; set; }

    public VectorNode<double>? Number { get; set; }

    public int Digits { get; set; }

    /// <summary>Whether it is the smallest or largest of the whole or scaled numbers, and not their sum.</summary>
    public bool Picks { get; init; }

    public bool Largest { get; init; }
}
