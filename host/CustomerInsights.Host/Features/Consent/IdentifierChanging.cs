using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>Takes one change and answers with what is known of the identifier then.</summary>
internal static class IdentifierChanging
{
    public static async Task<Results<Ok<IdentifierResponse>, ProblemHttpResult>> ApplyAsync(
        (IdentifierChange? Change, Fault? Fault) read, ConsentWriter writer, IIdentifierStore identifiers, MetadataService metadata, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (read.Change is not { } change)
        {
            return Problems.Invalid("The request is not valid.", [read.Fault!]);
        }

        if (await writer.ApplyAsync([change], now, cancellationToken) is [ConsentOutcome.Erased])
        {
            return Erased();
        }

        return await GetIdentifier.HandleAsync(change.Type, change.Value, identifiers, metadata, cancellationToken);
    }

    public static ProblemHttpResult Erased() => Problems.Make(StatusCodes.Status409Conflict, "erased", "The identifier was erased.", ConsentWriter.ErasedMessage);
}
