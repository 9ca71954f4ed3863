using System.Numerics;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>A business measure over one part.</summary>
internal sealed class BusinessPlan
{
    private readonly DimensionCodes[] _dimensions;
    private readonly BusinessAggregate[] _aggregates;
    private readonly bool _byRow;

    private BusinessPlan(DimensionCodes[] dimensions, BusinessAggregate[] aggregates, bool byRow)
    {
        _dimensions = dimensions;
        _aggregates = aggregates;
        _byRow = byRow;
    }

    /// <summary>Sums of doubles depend on the order, so one thread has to add them.</summary>
    public bool InOrder => _aggregates.Any(aggregate => aggregate.Number is not null);

    private int KeyBits => _dimensions.Sum(dimension => dimension.Width);

    public static BusinessPlan? Of(VectorCompiler compiler, BoundRule rule)
    {
        var aggregates = rule.BusinessAggregates.Select(compiler.Aggregate).ToArray();
        if (aggregates.Any(aggregate => aggregate is null))
        {
            return null;
        }

        var table = aggregates[0]!.Table;
        if (rule.DimensionsReadFields && table is null)
        {
            // Nobody in this part has such an activity.
            return new BusinessPlan([], [.. aggregates.Select(_ => BusinessAggregate.Nothing)], byRow: false);
        }

        var dimensions = rule.Dimensions.Select(node => compiler.Dimension(node, rule.DimensionsReadFields ? table : null)).ToArray();
        return dimensions.All(dimension => dimension is not null) && dimensions.Sum(dimension => dimension!.Width) < 60
            ? new BusinessPlan(dimensions!, aggregates!, rule.DimensionsReadFields)
            : null;
    }

    public BusinessGroups Start(Func<long, int, double>? seed) => new(KeyBits, _aggregates.Length, seed);

    public int Digits(int aggregate) => _aggregates[aggregate].Digits;

    /// <summary>The values that a key stands for.</summary>
    public Value[] Values(long key)
    {
        var values = new Value[_dimensions.Length];
        var shift = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var code = (int)((key >> shift) & ((1L << _dimensions[i].Width) - 1));
            values[i] = code == 0 ? default : _dimensions[i].Of(code);
            shift += _dimensions[i].Width;
        }

        return values;
    }

    /// <summary>Adds the living profiles of an extent.</summary>
    public void Add(Extent profiles, RowBits? alive, Scratch scratch, BusinessGroups groups)
    {
        var keys = scratch.Borrow<long>(profiles.Words << 6);
        Keys(profiles, scratch, keys, ofActivity: false);
        for (var i = 0; i < _aggregates.Length; i++)
        {
            if (_aggregates[i].Table is { } table)
            {
                AddActivities(i, table, profiles, alive, keys, scratch, groups);
            }
            else
            {
                AddProfiles(i, profiles, alive, keys, scratch, groups);
            }
        }

        scratch.Return(keys);
    }

    private void Keys(Extent extent, Scratch scratch, long[] keys, bool ofActivity)
    {
        Array.Clear(keys, 0, extent.Words << 6);
        var codes = scratch.Borrow<long>(extent.Words << 6);
        var present = scratch.Borrow<ulong>(extent.Words);
        var shift = 0;
        foreach (var dimension in _dimensions)
        {
            if (dimension.OfActivity == ofActivity)
            {
                dimension.Codes.Fill(extent, scratch, codes, present);
                for (var row = 0; row < extent.Rows; row++)
                {
                    // All ones where there is a value, else 0: without a branch, since what is missing follows no pattern.
                    keys[row] |= (codes[row] & -(long)((present[row >> 6] >> (row & 63)) & 1)) << shift;
                }
            }

            shift += dimension.Width;
        }

        scratch.Return(codes);
        scratch.Return(present);
    }

    private void AddProfiles(int index, Extent profiles, RowBits? alive, long[] keys, Scratch scratch, BusinessGroups groups)
    {
        var rows = new Rows(this, index, profiles, scratch);
        for (var i = 0; i < profiles.Words; i++)
        {
            var word = Bits.Within(rows.Where[i], profiles, i) & (alive is null ? ulong.MaxValue : alive.Words[profiles.FirstWord + i]);
            for (; word != 0; word &= word - 1)
            {
                var row = (i << 6) + BitOperations.TrailingZeroCount(word);
                rows.AddTo(ref groups.Cell(keys[row], index), row);
            }
        }

        rows.Return(scratch);
    }

    private void AddActivities(int index, ActivityTable table, Extent profiles, RowBits? alive, long[] keys, Scratch scratch, BusinessGroups groups)
    {
        var starts = table.Starts.Slice(profiles.FirstRow, profiles.Rows + 1);
        if (starts[0] == starts[^1])
        {
            return;
        }

        var activities = Extent.Of(starts[0], starts[^1], table.Rows);
        var rowKeys = scratch.Borrow<long>(_byRow ? activities.Words << 6 : 0);
        if (_byRow)
        {
            Keys(activities, scratch, rowKeys, ofActivity: true);
        }

        var rows = new Rows(this, index, activities, scratch);
        for (var i = 0; i < profiles.Rows; i++)
        {
            if (alive is not null && !alive[profiles.FirstRow + i])
            {
                continue;
            }

            int from = starts[i] - activities.FirstRow, to = starts[i + 1] - activities.FirstRow;
            if (!_byRow && _aggregates[index] is { Number: null, Picks: false })
            {
                // All of a profile are in one group, so its whole numbers are added up first.
                if (rows.Any(from, to, out var sum))
                {
                    groups.Cell(keys[i], index).Add(sum);
                }

                continue;
            }

            for (var row = from; row < to; row++)
            {
                if (((rows.Where[row >> 6] >> (row & 63)) & 1) != 0)
                {
                    rows.AddTo(ref groups.Cell(_byRow ? keys[i] | rowKeys[row] : keys[i], index), row);
                }
            }
        }

        rows.Return(scratch);
        scratch.Return(rowKeys);
    }

    /// <summary>The rows of one aggregate in an extent, with what it takes of them.</summary>
    private readonly ref struct Rows
    {
        private readonly BusinessAggregate _aggregate;
        private readonly ulong[] _present;
        private readonly long[] _whole;
        private readonly double[] _number;

        public Rows(BusinessPlan plan, int index, Extent extent, Scratch scratch)
        {
            _aggregate = plan._aggregates[index];
            Where = scratch.Borrow<ulong>(extent.Words);
            _present = scratch.Borrow<ulong>(extent.Words);
            _whole = scratch.Borrow<long>(_aggregate.Whole is null ? 0 : extent.Words << 6);
            _number = scratch.Borrow<double>(_aggregate.Number is null ? 0 : extent.Words << 6);
            Where.AsSpan(0, extent.Words).Fill(ulong.MaxValue);
            _present.AsSpan(0, extent.Words).Fill(ulong.MaxValue);
            _aggregate.Where?.Fill(extent, scratch, [], Where);
            _aggregate.Present?.Fill(extent, scratch, [], _present);
            _aggregate.Whole?.Fill(extent, scratch, _whole, _present);
            _aggregate.Number?.Fill(extent, scratch, _number, _present);
        }

        public ulong[] Where { get; }

        public void AddTo(ref BusinessCell cell, int row)
        {
            if (((_present[row >> 6] >> (row & 63)) & 1) == 0)
            {
                return;
            }

            cell.Count++;
            if (_aggregate.Picks)
            {
                cell.Whole = cell.Count == 1 || (_aggregate.Largest ? _whole[row] > cell.Whole : _whole[row] < cell.Whole) ? _whole[row] : cell.Whole;
            }
            else if (_aggregate.Whole is not null)
            {
                cell.Whole += _whole[row];
            }
            else if (_aggregate.Number is not null)
            {
                cell.Number += _number[row];
            }
        }

        /// <summary>Adds up the rows from one on to before another; false when the condition holds for none.</summary>
        public bool Any(int from, int to, out BusinessCell sum)
        {
            sum = default;
            ulong any = 0;
            for (var row = from; row < to; row++)
            {
                var where = (Where[row >> 6] >> (row & 63)) & 1;
                var counts = (long)(where & (_present[row >> 6] >> (row & 63)));
                any |= where;
                sum.Count += counts;
                if (_aggregate.Whole is not null)
                {
                    sum.Whole += _whole[row] & -counts;
                }
            }

            return any != 0;
        }

        public void Return(Scratch scratch)
        {
            scratch.Return(Where);
            scratch.Return(_present);
            scratch.Return(_whole);
            scratch.Return(_number);
        }
    }
}
