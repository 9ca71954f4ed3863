namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Finds circles among named things.</summary>
internal static class Cycles
{
    /// <summary>The circle that a name is on, beginning and ending with it; null when it is on none. Iterative: depth is no limit.</summary>
    public static IReadOnlyList<string>? Find(string start, Func<string, IEnumerable<string>> next)
    {
        var path = new List<string> { start };
        var stack = new Stack<IEnumerator<string>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        stack.Push(next(start).GetEnumerator());
        while (stack.Count > 0)
        {
            if (!stack.Peek().MoveNext())
            {
                stack.Pop().Dispose();
                path.RemoveAt(path.Count - 1);
                continue;
            }

            var name = stack.Peek().Current;
            if (name == start)
            {
                return [.. path, start];
            }

            if (seen.Add(name))
            {
                path.Add(name);
                stack.Push(next(name).GetEnumerator());
            }
        }

        return null;
    }
}
