using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Privacy.Reads;

namespace CustomerInsights.Host.Features.Privacy;

internal static class PrivacyModule
{
    public static IServiceCollection AddPrivacy(this IServiceCollection services) => services
        .AddSingleton<PrivacyKeys>()
        .AddSingleton<ErasureGate>()
        .AddSingleton<PrivacyFiles>()
        .AddSingleton<LoggedPeople>()
        .AddSingleton<ReadAudit>()
        .AddSingleton<IJobHandler, PrivacyJob>()
        .AddHostedService<PrivacyUpkeep>();

    public static void MapPrivacy(this IEndpointRouteBuilder routes)
    {
        CreatePrivacyRequest.Map(routes);
        ListPrivacyRequests.Map(routes);
        GetPrivacyRequest.Map(routes);
        StartPrivacyRequest.Map(routes);
        DownloadPrivacyExport.Map(routes);
        GetReceiptKey.Map(routes);
        VerifyReceipt.Map(routes);
        ListBlocked.Map(routes);
        LiftBlock.Map(routes);
        ListReads.Map(routes);
    }

    /// <summary>Has every endpoint of a group tell the audit whose data it gave.</summary>
    public static RouteGroupBuilder AuditsReads(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter((context, next) => context.HttpContext.RequestServices.GetRequiredService<ReadAudit>().InvokeAsync(context, next));
        return group;
    }
}
