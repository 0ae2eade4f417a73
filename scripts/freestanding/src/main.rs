//! A program without std whose panic handler calls a function that exists nowhere. After optimisation the
//! linker finds that call only if a panic is still reachable from the hot functions called here.
#![no_std]
#![no_main]

mod hot;

use core::alloc::{GlobalAlloc, Layout};
use core::hint::black_box;
use core::panic::PanicInfo;

unsafe extern "C" {
    fn a_panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: never run; it is there for the linker to miss.
    unsafe { a_panic_is_reachable() }
}

/// There is no memory to be had.
struct Nothing;

// SAFETY: null is what an allocator returns that has nothing left.
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static NOTHING: Nothing = Nothing;

/// The compiler's own 128-bit division names this in its unwind tables. Nothing unwinds here.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// Calls each hot function with inputs that the optimiser knows nothing about.
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    #[cfg(feature = "control")]
    black_box([1_u8, 2][black_box(5_usize)]);
    hot::call_all(black_box(&mut [0; 1024]), black_box(7), black_box(&mut [0; 1024]));
    #[expect(clippy::empty_loop, reason = "there is no system to return to")]
    loop {}
}
