package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// patience is how long work may take before its progress is shown.
const patience = time.Second

// progress shows how far a read has come, on a terminal only. The zero value shows nothing.
type progress struct {
	w     io.Writer
	total int64 // bytes
	done  int64
	start time.Time
	bar   *progressbar.ProgressBar // nil until patience is over
}

// newProgress shows progress on w if it is a terminal.
func newProgress(w io.Writer, total int64) *progress {
	f, ok := w.(*os.File)
	if !ok {
		return &progress{}
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return &progress{}
	}
	return &progress{w: w, total: total, start: time.Now()}
}

// add counts bytes that have been read.
func (p *progress) add(n int) {
	p.done += int64(n)
	if p.w == nil || time.Since(p.start) < patience {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(p.total,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionShowBytes(true),
			progressbar.OptionClearOnFinish(),
		)
	}
	// Progress that cannot be printed is no reason to end the work.
	_ = p.bar.Set64(p.done)
}

// close removes the bar.
func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
