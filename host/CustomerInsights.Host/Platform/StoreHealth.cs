using CustomerInsights.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CustomerInsights.Host.Platform;

/// <summary>Ready means that the store can be read and written.</summary>
internal sealed class StoreHealth(IInsightsStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.ProbeAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The store cannot be used.", failure);
        }
    }
}
