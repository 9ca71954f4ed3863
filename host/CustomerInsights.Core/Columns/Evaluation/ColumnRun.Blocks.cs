using System.Runtime.ExceptionServices;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Cuts the image into blocks of rows and works on them with several threads.</summary>
public sealed partial class ColumnRun
{
    // 64 words: the bits and numbers of a block and of its activities stay in the cache of a core.
    internal const int BlockRows = 4096;

    private IEnumerable<RowBlock> Blocks()
    {
        for (var part = 0; part < Image.Parts.Count; part++)
        {
            for (var from = 0; from < Image.Parts[part].Part.Rows; from += BlockRows)
            {
                yield return new RowBlock(part, from, Math.Min(from + BlockRows, Image.Parts[part].Part.Rows));
            }
        }
    }

    private IEnumerable<int> LivingRows(RowBlock block)
    {
        var alive = Image.Parts[block.Part].Alive;
        for (var row = block.From; row < block.To; row++)
        {
            if (alive is null || alive[row])
            {
                yield return row;
            }
        }
    }

    private void ForEachBlock(Action<RowBlock, Scratch> work) => Run([.. Blocks()], (block, scratch, _) => work(block, scratch));

    /// <summary>Cuts the blocks into ranges and works on each from its first living row to its last; several ranges at a time.</summary>
    private T[] ByRange<T>(Func<T> start, Action<T, ColumnSubject> add)
    {
        // A few a thread, since some are slower than others.
        RowBlock[] blocks = [.. Blocks()];
        RowBlock[][] ranges = [.. blocks.Chunk(Math.Max(1, (blocks.Length + (4 * _threads) - 1) / (4 * _threads)))];
        var results = new T[ranges.Length];
        Run(ranges, (range, _, index) =>
        {
            results[index] = start();
            foreach (var block in range)
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var row in LivingRows(block))
                {
                    add(results[index], new ColumnSubject(_population, block.Part, row));
                }
            }
        });
        return results;
    }

    /// <summary>Works on all blocks. When some fail, the failure of the first is thrown, whatever the order in which they ran.</summary>
    private void Run<T>(T[] blocks, Action<T, Scratch, int> work, bool inOrder = false)
    {
        var next = -1;
        var failures = new ExceptionDispatchInfo?[blocks.Length];
        var failed = false;
        void Drain()
        {
            var scratch = new Scratch();
            int index;

            // Blocks are given out in order, so that all before a failed one are done or failed as well.
            while (!Volatile.Read(ref failed) && (index = Interlocked.Increment(ref next)) < blocks.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    work(blocks[index], scratch, index);
                }
                catch (RuleEvaluationException error)
                {
                    failures[index] = ExceptionDispatchInfo.Capture(error);
                    Volatile.Write(ref failed, true);
                }
            }
        }

        var workers = inOrder ? 1 : Math.Min(_threads, blocks.Length);
        if (workers <= 1)
        {
            Drain();
        }
        else
        {
            try
            {
                Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ => Drain());
            }
            catch (AggregateException several)
            {
                ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
            }
        }

        failures.FirstOrDefault(failure => failure is not null)?.Throw();
    }
}

/// <summary>Rows of a part; <paramref name="From"/> is a multiple of 64.</summary>
/// <param name="Part">The part's index in the image.</param>
/// <param name="From">The first row.</param>
/// <param name="To">The row behind the last.</param>
internal readonly record struct RowBlock(int Part, int From, int To);
