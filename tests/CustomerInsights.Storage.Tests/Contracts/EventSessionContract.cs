using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class EventSessionContract : StoreContract
{
    private long _position;

    [Fact]
    public async Task Views_become_sessions_in_whatever_order_and_batches_they_come()
    {
        await StreamsAsync();
        var random = new Random(11);
        for (var round = 0; round < 20; round++)
        {
            // Minutes that make short and long pauses, some views at the same instant.
            var minutes = Enumerable.Range(0, 25).Select(_ => random.Next(0, 600)).ToArray();
            var views = minutes.Select((minute, i) => WebSessionTests.View(minute, $"/{i}")).ToArray();
            var expected = Expected(views);
            random.Shuffle(views);
            var at = 0;
            while (at < views.Length)
            {
                var end = Math.Min(views.Length, at + random.Next(1, 9));
                await SeeAsync($"v{round}", views[at..end]);
                at = end;
            }

            Assert.Equal(expected, (await SessionsAsync($"v{round}", round)).Select(session => WebSession.Read(session.Document)));
        }
    }

    [Fact]
    public async Task A_session_keeps_its_id_as_it_grows_and_of_two_that_are_joined_the_earlier_stays()
    {
        await StreamsAsync();
        await SeeAsync("a", WebSessionTests.View(0, "/0"));
        await SeeAsync("a", WebSessionTests.View(50, "/50"));
        var apart = await SessionsAsync("a", 1);
        Assert.Equal(2, apart.Count);
        await SeeAsync("a", WebSessionTests.View(60, "/60"), WebSessionTests.View(-20, "/-20"));
        Assert.Equal(apart.Select(session => session.Id), (await SessionsAsync("a", 1)).Select(session => session.Id));

        var last = await Store.Changes.LastAsync(None);
        await SeeAsync("a", WebSessionTests.View(25, "/25"));
        var joined = Assert.Single(await SessionsAsync("a", 1));
        Assert.Equal(apart[0].Id, joined.Id);
        var session = WebSession.Read(joined.Document);
        Assert.Equal((5L, "/-20", "/60", joined.At), (session.Pages, session.Origin.Page, session.ExitPage, session.Started));
        Assert.Equal(2, (await Store.Changes.ReadAsync(last, 50, None)).Count(change => change.Kind == ChangeKind.Activity));
    }

    [Fact]
    public async Task Visitors_have_sessions_of_their_own_and_a_view_that_comes_again_counts_once()
    {
        await StreamsAsync();
        await SeeAsync("a", WebSessionTests.View(0, "/"));
        await SeeAsync("b", WebSessionTests.View(1, "/"));
        var again = View("a", WebSessionTests.View(2, "/x"));
        await ProjectAsync(again);
        await ProjectAsync(again with { Position = ++_position });
        Assert.Equal(2, WebSession.Read(Assert.Single(await SessionsAsync("a", 1)).Document).Pages);
        Assert.Equal(1, WebSession.Read(Assert.Single(await SessionsAsync("b", 2)).Document).Pages);
    }

    [Fact]
    public async Task Without_a_stream_of_sessions_there_are_none()
    {
        await Store.Records.EnsureStreamAsync("web.identities", [], None);
        await Store.Records.EnsureStreamAsync("web.events", [], None);
        await SeeAsync("a", WebSessionTests.View(0, "/"));
        Assert.Equal(["page"], (await Store.Activities.CountAsync(None)).Select(count => count.Type));
    }

    private static List<WebSession> Expected(PageView[] views)
    {
        var sessions = new List<WebSession>();
        foreach (var view in views.OrderBy(view => view.At))
        {
            var one = WebSession.Of(view);
            if (sessions.Count > 0 && sessions[^1].Touches(one))
            {
                sessions[^1] = sessions[^1].With(one);
            }
            else
            {
                sessions.Add(one);
            }
        }

        return sessions;
    }

    private async Task StreamsAsync()
    {
        foreach (var stream in new[] { "web.identities", "web.events", "web.sessions" })
        {
            await Store.Records.EnsureStreamAsync(stream, [], None);
        }
    }

    // Sessions are read as anybody reads them: by a profile, which the visitor's node is put into.
    private async Task<List<StoredActivity>> SessionsAsync(string visitor, int number)
    {
        var stream = (await Store.Records.FindStreamAsync("web.identities", None))!.Number;
        var node = (await AllAsync(Store.Profiles.ReadNodesAsync(stream, None))).Single(node => node.Key == $"anonymous_id/{visitor}").Id;
        var id = Id(number + 1);
        await Store.Profiles.ApplyAsync(
            new ProfileChanges("customer", [new ProfilePut(id, node, [node], Doc("{}"), "{}", visitor, "", [], new byte[32])], [], [], [], [], "test"), None);
        var page = await Store.Activities.ListAsync(id, [WebSession.ActivityType], default, null, 1000, None);
        return [.. page.Items.Reverse()];
    }

    private Task SeeAsync(string visitor, params PageView[] views) => ProjectAsync([.. views.Select(view => View(visitor, view))]);

    private async Task ProjectAsync(params ProjectedEvent[] events) => await Store.EventProjection.ProjectAsync(new EventBatch(events[^1].Position, events), None);

    private ProjectedEvent View(string visitor, PageView view)
    {
        var position = ++_position;
        return new ProjectedEvent(position, At(0), "web", "page", $"m{position}")
        {
            Identities = [new EventIdentity("user_id", "u"), new EventIdentity("anonymous_id", visitor)],
            EdgeRule = "identify:web",
            At = view.At,
            ActivityType = "page",
            Document = "{}"u8.ToArray(),
            View = view,
        };
    }
}
