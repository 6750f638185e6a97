namespace RescaleInterlink.Pipelines;

/// <summary>What to do with the state of an earlier run. A job is never created twice behind the user's back.</summary>
public enum ExistingState
{
    /// <summary>Go on with each row where the earlier run of the same table left it; another table is refused. Rows that
    /// succeeded, and jobs that failed on the platform, are reported again and not run again.</summary>
    Resume,

    /// <summary>The same; PipelineStateInvalid when there was no earlier run.</summary>
    Require,

    /// <summary>PipelineStateInvalid when there was an earlier run: nothing is sent.</summary>
    Refuse,

    /// <summary>Forget the earlier run and start all rows again; its jobs on the platform stay as they are.</summary>
    Replace,
}
