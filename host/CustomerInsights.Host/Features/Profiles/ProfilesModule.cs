using CustomerInsights.Host.Features.Profiles.Search;

namespace CustomerInsights.Host.Features.Profiles;

internal static class ProfilesModule
{
    public static IServiceCollection AddProfiles(this IServiceCollection services) => services.AddSingleton<PopulationScan>().AddSingleton<StreamedAnswers>().AddSingleton<ProfileOwners>().AddSingleton<CommonAttributes>()
        .AddSingleton<SearchIndexes>().AddSingleton<SegmentNumbers>().AddSingleton<ProfileSearcher>().AddHostedService<SearchFollower>();

    public static void MapProfiles(this IEndpointRouteBuilder routes)
    {
        ListProfiles.Map(routes);
        GetSearchIndex.Map(routes);
        CountProfiles.Map(routes);
        GetProfile.Map(routes);
        GetOrders.Map(routes);
        GetAvatar.Map(routes);
    }
}
