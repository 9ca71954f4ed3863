namespace CustomerInsights.Storage.Profiles;

/// <summary>What a run's matcher learnt.</summary>
/// <param name="Model">Bytes that the matcher wrote.</param>
/// <param name="Run">The job that learnt it.</param>
/// <param name="At">When.</param>
public sealed record StoredMatchModel(byte[] Model, string Run, DateTimeOffset At);

/// <summary>What matchers learnt: the last model of each profile type.</summary>
public interface IMatchModelStore
{
    /// <summary>The model of a type, or null.</summary>
    ValueTask<StoredMatchModel?> FindAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>Puts a model in the place of the one before.</summary>
    ValueTask PutAsync(string profileType, string run, byte[] model, CancellationToken cancellationToken);

    /// <summary>Removes the model of a type, if there is one.</summary>
    ValueTask RemoveAsync(string profileType, CancellationToken cancellationToken);
}
