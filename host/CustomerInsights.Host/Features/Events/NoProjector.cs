namespace CustomerInsights.Host.Features.Events;

internal sealed class NoProjector : IProjectorLag
{
    public long Events => 0;

    public TimeSpan? Age => null;

    public void Appended(long position)
    {
    }
}
