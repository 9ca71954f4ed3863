using CustomerInsights.Host.Features.Jobs;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Why a job on one definition cannot run, said the same of all kinds.</summary>
internal static class JobSubjects
{
    /// <summary>There is none of that name, or none that can be used.</summary>
    /// <param name="model">The metadata, with its faults.</param>
    /// <param name="kind">The kind of definition.</param>
    /// <param name="word">What people call it: measure, segment.</param>
    /// <param name="name">Its name.</param>
    public static JobFailedException Missing(InsightsModel model, string kind, string word, string name) =>
        new("Configuration", model.Faults.FirstOrDefault(fault => fault.Kind == kind && fault.Name == name) is { } fault
            ? $"The {word} '{name}' is not usable at {fault.Pointer}: {fault.Message}"
            : $"There is no {word} '{name}' any more.");

    /// <summary>It is switched off.</summary>
    /// <param name="word">What people call it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="keeps">What it has and keeps: rows, members.</param>
    /// <param name="fields">The fields of its definition to look at.</param>
    public static JobFailedException Inactive(string word, string name, string keeps, string fields) =>
        new("Configuration", $"The {word} '{name}' is not active and keeps the {keeps} that it has. Make it active, see {fields}.");
}
