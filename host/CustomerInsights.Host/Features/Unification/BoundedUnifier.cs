using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Jobs;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Unifies within the memory that the host allows; what does not fit lies in <c>tmp</c> of the data directory while the run lasts.</summary>
internal sealed class BoundedUnifier(HostSettings settings)
{
    private readonly TemporaryFiles _spill = new(Path.Combine(settings.DataDirectory, "tmp"));

    /// <summary>As <see cref="Unifier.Unify"/>.</summary>
    /// <exception cref="JobFailedException">The records exceed the memory, or what did not fit could not be put aside.</exception>
    public UnificationResult Unify(UnificationPolicy policy, UnificationInput input, CancellationToken cancellationToken)
    {
        try
        {
            return Unifier.Unify(policy, input, new UnifierLimits { Threads = Environment.ProcessorCount, MemoryMegabytes = settings.MatcherMegabytes, Spill = _spill }, cancellationToken);
        }
        catch (MatcherMemoryException error)
        {
            throw new JobFailedException("Configuration", error.Message);
        }
        catch (SpillException error)
        {
            throw new JobFailedException("Transient", error.Message);
        }
    }
}
