namespace RescaleInterlink.Pipelines;

/// <summary>What to do with the state of an earlier run. A job is never created twice behind the user's back.</summary>
public enum ExistingState
{
    /// <summary>PipelineStateInvalid: nothing is sent.</summary>
    Refuse,

    /// <summary>Forget the earlier run and start all rows again; its jobs on the platform stay as they are.</summary>
    Replace,
}
