namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>What was counted for one account within one stretch of time.</summary>
internal sealed class Figures
{
    private readonly HashSet<int> _ownInEmails = [];
    private readonly HashSet<int> _ownInMeetings = [];
    private readonly HashSet<int> _peopleInEmails = [];
    private readonly HashSet<int> _peopleInMeetings = [];
    private long _meetingMinutes;
    private int _timedMeetings;
    private long _replySeconds;
    private int _replies;

    public int EmailsTo { get; private set; }

    public int EmailsFrom { get; private set; }

    public int MeetingsFrom { get; private set; }

    public int MeetingsTo { get; private set; }

    public int OwnInEmails => _ownInEmails.Count;

    public int OwnInMeetings => _ownInMeetings.Count;

    public int PeopleInEmails => _peopleInEmails.Count;

    public int PeopleInMeetings => _peopleInMeetings.Count;

    /// <summary>People of the account in either.</summary>
    public int People => _peopleInEmails.Union(_peopleInMeetings).Count();

    public int Emails => EmailsTo + EmailsFrom;

    public int Meetings => MeetingsFrom + MeetingsTo;

    /// <summary>The first of all, in seconds since 1970.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>The last e-mail, or null.</summary>
    public long? LastEmail { get; private set; }

    /// <summary>The last meeting, or null.</summary>
    public long? LastMeeting { get; private set; }

    /// <summary>The mean length of meetings in minutes; those of whole days are left out. Null where there is none.</summary>
    public double? MeetingMinutes => _timedMeetings == 0 ? null : (double)_meetingMinutes / _timedMeetings;

    /// <summary>The mean time in hours that the account took to answer. Null where it never did.</summary>
    public double? ReplyHours => _replies == 0 ? null : _replySeconds / 3600d / _replies;

    /// <summary>Counts an e-mail.</summary>
    public void AddEmail(long at, bool fromAccount, IEnumerable<int> own, IEnumerable<int> people)
    {
        EmailsFrom += fromAccount ? 1 : 0;
        EmailsTo += fromAccount ? 0 : 1;
        _ownInEmails.UnionWith(own);
        _peopleInEmails.UnionWith(people);
        First = Math.Min(First, at);
        LastEmail = Math.Max(LastEmail ?? at, at);
    }

    /// <summary>Counts a meeting.</summary>
    public void AddMeeting(long at, bool fromAccount, int minutes, IEnumerable<int> own, IEnumerable<int> people)
    {
        MeetingsFrom += fromAccount ? 1 : 0;
        MeetingsTo += fromAccount ? 0 : 1;
        _ownInMeetings.UnionWith(own);
        _peopleInMeetings.UnionWith(people);
        First = Math.Min(First, at);
        LastMeeting = Math.Max(LastMeeting ?? at, at);
        if (minutes >= 0)
        {
            _meetingMinutes += minutes;
            _timedMeetings++;
        }
    }

    /// <summary>Counts an answer of the account.</summary>
    public void AddReply(long seconds)
    {
        _replySeconds += seconds;
        _replies++;
    }
}
