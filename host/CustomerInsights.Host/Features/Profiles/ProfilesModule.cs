namespace CustomerInsights.Host.Features.Profiles;

internal static class ProfilesModule
{
    public static IServiceCollection AddProfiles(this IServiceCollection services) => services.AddSingleton<PopulationScan>().AddSingleton<StreamedAnswers>().AddSingleton<ProfileOwners>().AddSingleton<CommonAttributes>();

    public static void MapProfiles(this IEndpointRouteBuilder routes)
    {
        ListProfiles.Map(routes);
        CountProfiles.Map(routes);
        GetProfile.Map(routes);
        GetOrders.Map(routes);
        GetAvatar.Map(routes);
    }
}
