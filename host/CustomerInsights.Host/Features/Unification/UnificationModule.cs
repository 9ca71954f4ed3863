using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Unification.Explaining;
using CustomerInsights.Host.Features.Unification.Live;
using CustomerInsights.Host.Features.Unification.Previewing;
using CustomerInsights.Host.Features.Unification.Running;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

internal static class UnificationModule
{
    public static IServiceCollection AddUnification(this IServiceCollection services) =>
        services
        .AddSingleton<IJobHandler, UnifyJob>().AddSingleton<IJobHandler, PreviewJob>()
        .AddSingleton<ActivePolicies>().AddSingleton<IDefinitionFollower, ForgetPolicy>().AddSingleton<IDefinitionFollower, ForgetModel>()
        .AddSingleton<UnificationReading>().AddSingleton<KeptRuns>().AddSingleton<StoredMatchers>().AddSingleton<BoundedUnifier>()
        .AddSingleton<AttributeSources>().AddSingleton<Reunification>().AddSingleton<Stewardship>()
        .AddSingleton<PartialUnification>().AddSingleton<IdentityReach>().AddSingleton<UnificationGate>().AddSingleton<IdentityFollower>()
        .AddHostedService<IdentityService>().AddHostedService<IdentitySchedule>().AddSingleton<IJobHandler, IdentityExpiryJob>();

    public static void MapUnification(this IEndpointRouteBuilder routes)
    {
        StartUnification.Map(routes);
        ListUnificationRuns.Map(routes);
        SuggestPolicy.Map(routes);
        StartPreview.Map(routes);
        ListPreviews.Map(routes);
        GetPreview.Map(routes);
        LabelPreview.Map(routes);
        GetActivation.Map(routes);
        ActivatePolicy.Map(routes);
        ExplainPair.Map(routes);
        ExplainProfile.Map(routes);
        ListProfileAttributes.Map(routes);
        ListLedger.Map(routes);
        GetProfileHistory.Map(routes);
        UndoMerge.Map(routes);
        GiveVerdict.Map(routes);
        ListVerdicts.Map(routes);
        TakeBackVerdict.Map(routes);
        ListReviews.Map(routes);
        AnswerReview.Map(routes);
        GetIdentityStatus.Map(routes);
        ListDemotions.Map(routes);
        GetProfileIdentities.Map(routes);
    }
}

/// <summary>POST /unification/policies/{name}/runs: unifies one profile type now, without the rest of a refresh.</summary>
internal static class StartUnification
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/policies/{name}/runs", HandleAsync).WithName(nameof(StartUnification)).WithSummary("Unifies one profile type now, without the rest of a refresh.").Requires(AccessAction.Run, ResourceKind.Unification);

    internal static Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string name, UnifyParameters? request, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken) =>
        StartRun.OfAsync(DefinitionKinds.Unification, UnifyJob.JobKind, name, definitions, queue, context, cancellationToken, Json.Write(request ?? new()));
}

/// <summary>GET /unification/runs: the runs with their statistics by stream and rule, newest first.</summary>
internal static class ListUnificationRuns
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/runs", HandleAsync).WithName(nameof(ListUnificationRuns)).WithSummary("The runs with their statistics by stream and rule, newest first.").Requires(AccessAction.Read, ResourceKind.Unification).AsTable("unification-runs");

    internal static async Task<PageResponse<JobResponse>> HandleAsync(string? cursor, int? limit, IJobStore store, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        return PageRequest.Response(await store.ListAsync(UnifyJob.JobKind, null, request.After(), request.Size(), cancellationToken), JobResponse.Of);
    }
}
