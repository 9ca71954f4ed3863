using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>
/// The plugins that come with the program, installed from the catalog beside it before plugins start: all of them at the first
/// start, later those that plugins.json still wants. A rebuilt one of the same version replaces the installed one.
/// </summary>
internal sealed partial class BuiltIns(
    CatalogStore catalogs, CatalogReader reader, PackageInstaller installer, PluginHost plugins, ILogger<BuiltIns> log)
{
    /// <summary>The catalog beside the program. Its key lies with it: who can write there can replace the program too.</summary>
    public static IReadOnlyList<TrustedCatalog> Catalogs(HostSettings settings) =>
        TrustedKey.Read(Path.Combine(settings.PluginsFeed, "key.json")) is { } key ? [new TrustedCatalog("built-in", settings.PluginsFeed, [key])] : [];

    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        await catalogs.RefreshOwnAsync(cancellationToken);
        var wished = File.Exists(plugins.Desired.FilePath) ? (await plugins.Desired.ReadAsync(cancellationToken)).State ?? DesiredState.Empty : null;
        var offers = await OwnAsync(cancellationToken);
        if (offers.Count == 0)
        {
            return;
        }

        // Once for all: each reading verifies the catalogs anew.
        var trust = await catalogs.ReadAsync(cancellationToken);
        foreach (var offer in offers)
        {
            if (wished is not null && wished.Find(offer.Plugin.Id) is null)
            {
                continue;
            }

            try
            {
                await InstallAsync(offer, trust, cancellationToken);
            }
            catch (Exception error) when (error is PackageException or IOException or UnauthorizedAccessException)
            {
                // The others start; this one shows as missing, or as what is wrong with the folder that is there.
                NotInstalled(offer.Plugin.Id, offer.Version.Version, error.Message);
            }
        }
    }

    private async Task InstallAsync(Offer offer, TrustSet trust, CancellationToken cancellationToken)
    {
        using var package = new MemoryStream();
        await reader.DownloadAsync(offer.Catalog.From.Source, offer.Version, package, null, cancellationToken);
        await installer.InstallAsync(package, offer.Plugin.Id, offer.Version.Version, trust, replace: true, cancellationToken);
    }

    private async Task<IReadOnlyList<Offer>> OwnAsync(CancellationToken cancellationToken)
    {
        try
        {
            return
            [
                .. from known in await catalogs.ListAsync(cancellationToken)
                   where known is { IsOwn: true, Content: not null }
                   from plugin in known.Content!.Plugins
                   from version in plugin.Versions
                   select new Offer(known, plugin, version),
            ];
        }
        catch (PackageException error)
        {
            // trust.json holds a mistake: nobody is trusted until it is corrected.
            NotInstalled("built-in", "", error.Message);
            return [];
        }
    }

    [LoggerMessage(1710, LogLevel.Error, "The plugin {Id} {Version} that comes with the program was not installed. {Problem}")]
    private partial void NotInstalled(string id, string version, string problem);
}
