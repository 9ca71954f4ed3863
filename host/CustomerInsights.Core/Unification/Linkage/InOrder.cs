namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Takes results in the order of their numbers, whatever the order in which they come; one at a time.</summary>
/// <param name="count">How many will come.</param>
/// <param name="take">Called with each, never by two threads at once.</param>
internal sealed class InOrder<T>(int count, Action<T> take)
    where T : class
{
    private readonly T?[] _early = new T?[count];
    private readonly Lock _gate = new();
    private int _next;

    internal void Done(int number, T result)
    {
        lock (_gate)
        {
            _early[number] = result;
            for (; _next < _early.Length && _early[_next] is { } first; _next++)
            {
                _early[_next] = null;
                take(first);
            }
        }
    }
}
