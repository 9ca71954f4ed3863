using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Plugins;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>What the host gives to plugins, on its real store.</summary>
public sealed class PluginServiceTests
{
    [Fact]
    public async Task A_plugins_storage_keeps_etags_and_one_quota_for_all_values_of_a_connection()
    {
        await using var app = await RunningApp.StartAsync();
        var services = app.Services.GetRequiredService<IPluginHostServices>();
        var storage = services.StorageFor("acme.shop", "source/crm", 20);
        var first = await storage.PutAsync("a", "12345"u8.ToArray(), ifMatch: "", expiresIn: null, default);
        var stale = await Assert.ThrowsAsync<PluginException>(async () => await storage.PutAsync("a", "2"u8.ToArray(), ifMatch: "", expiresIn: null, default));
        Assert.Equal(FailureKind.Data, stale.Kind);
        var second = await storage.PutAsync("a", "54321"u8.ToArray(), ifMatch: first, expiresIn: null, default);
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await storage.GetAsync("a", default))!.ETag);
        await Assert.ThrowsAsync<PluginException>(async () => await storage.PutAsync("a", "2"u8.ToArray(), ifMatch: first, expiresIn: null, default));

        await storage.PutAsync("b", new byte[12], ifMatch: null, expiresIn: null, default);
        var full = await Assert.ThrowsAsync<PluginException>(async () => await storage.PutAsync("c", new byte[1], ifMatch: null, expiresIn: null, default));
        Assert.Equal((FailureKind.Permanent, "2 bytes for 'c' and 19 stored besides pass the quota of 20 bytes, keys included."), (full.Kind, full.Message));
        await services.StorageFor("acme.shop", "source/other", 20).PutAsync("c", new byte[19], ifMatch: null, expiresIn: null, default);
        Assert.True(await storage.DeleteAsync("b", default));
        await storage.PutAsync("c", new byte[1], ifMatch: null, expiresIn: null, default);
        Assert.Equal(["a", "c"], await storage.ListAsync("", default).ToListAsync());
    }

    [Fact]
    public async Task A_job_shows_what_the_host_has_counted_and_what_the_plugin_says()
    {
        await using var app = await RunningApp.StartAsync();
        var services = app.Services.GetRequiredService<IPluginHostServices>();
        var news = app.Services.GetRequiredService<PluginNews>();
        var job = new JobContext(new Job { Id = "j", Kind = "ingest", CreatedBy = "test", CreatedAt = DateTimeOffset.UnixEpoch }, null!, "host");
        var progress = new RunProgress(job, "reading crm");
        using (news.Listen("source/crm", progress.Say))
        {
            services.Progress("source/other", new PluginProgress(9));
            Assert.Null(job.TakeProgress());
            services.Progress("source/crm", new PluginProgress(1_000_000, 500, "page 3"));
            Assert.Equal(new JobProgress(0, 500, "reading crm: page 3"), job.TakeProgress());
            progress.Count(40, null, "reading crm.orders");
            Assert.Equal(new JobProgress(40, 500, "reading crm.orders: page 3"), job.TakeProgress());
            progress.Count(40, 60, "reading crm.orders");
            Assert.Equal(new JobProgress(40, 60, "reading crm.orders: page 3"), job.TakeProgress());
        }

        services.Progress("source/crm", new PluginProgress(50));
        Assert.Null(job.TakeProgress());
    }
}
